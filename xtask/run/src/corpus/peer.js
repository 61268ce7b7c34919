// What `@openzeppelin/upgrades-core validate` says of many contracts of one pair: the functions that the command calls, with
// the build information read once.
//
//   node peer.js NODE_MODULES OLD_DIR NEW_DIR < [["old/A.sol:A", "new/A.sol:A"], …]
"use strict";

const fs = require("fs");
const path = require("path");

const [modules, oldDir, newDir] = process.argv.slice(2);
const core = path.join(path.resolve(modules), "@openzeppelin/upgrades-core/dist/cli/validate");
const { getBuildInfoFiles } = require(path.join(core, "build-info-file"));
const { validateBuildInfoContracts } = require(path.join(core, "validations"));
const { findSpecifiedContracts, withCliDefaults } = require(path.join(core, "validate-upgrade-safety"));
const { getContractReports } = require(path.join(core, "contract-report"));
const { unfoldStorageLayout } = require(path.join(core, "../../validate/query"));
const { getStorageUpgradeReport } = require(path.join(core, "../../storage"));

// The command leaves abstract contracts out. Judged for their layout alone they are compared by the function that the
// command calls for the layout of the others.
function ask(dictionary, options, { contract, reference }) {
  const isConcrete = (source) => source.validationData[source.fullyQualifiedName].version !== undefined;
  if (isConcrete(contract) && isConcrete(reference)) {
    return getContractReports(dictionary, options, { contract, reference })[0];
  }
  const layout = (source) => unfoldStorageLayout(source.validationData, source.fullyQualifiedName);
  const storageLayoutReport = getStorageUpgradeReport(layout(reference), layout(contract), options);
  return { standaloneReport: { errors: [] }, storageLayoutReport };
}

async function main() {
  const options = withCliDefaults({});
  const read = async (dir) => validateBuildInfoContracts(await getBuildInfoFiles(dir));
  const oldName = path.basename(oldDir);
  const dictionary = { "": await read(newDir), [oldName]: await read(oldDir) };
  const answers = JSON.parse(fs.readFileSync(0, "utf8")).map(([reference, contract]) => {
    try {
      const specified = findSpecifiedContracts(dictionary, options, contract, `${oldName}:${reference}`);
      const report = ask(dictionary, options, specified);
      const kinds = (list) => [...new Set(list.map((one) => one.kind))].sort();
      const storage = report.storageLayoutReport;
      // Its list of changes to the storage also holds what it tolerates.
      const ops = storage && !storage.ok ? kinds(storage.ops) : [];
      return { contract, says: [...kinds(report.standaloneReport.errors), ...ops], failure: null };
    } catch (error) {
      return { contract, says: [], failure: String(error.message).split("\n")[0] };
    }
  });
  process.stdout.write(JSON.stringify(answers));
}

// Warnings go to standard error and are not part of the answer.
main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
