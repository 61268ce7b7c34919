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

async function main() {
  const options = withCliDefaults({});
  const read = async (dir) => validateBuildInfoContracts(await getBuildInfoFiles(dir));
  const oldName = path.basename(oldDir);
  const dictionary = { "": await read(newDir), [oldName]: await read(oldDir) };
  const answers = JSON.parse(fs.readFileSync(0, "utf8")).map(([reference, contract]) => {
    try {
      const specified = findSpecifiedContracts(dictionary, options, contract, `${oldName}:${reference}`);
      const [report] = getContractReports(dictionary, options, specified);
      const kinds = (list) => [...new Set(list.map((one) => one.kind))].sort();
      const storage = report.storageLayoutReport;
      return {
        contract,
        ok: report.ok,
        errors: kinds(report.standaloneReport.errors),
        // Only when it complains: what it tolerates is in the list as well.
        ops: storage && !storage.ok ? kinds(storage.ops) : [],
        failure: null,
      };
    } catch (error) {
      return { contract, ok: false, errors: [], ops: [], failure: String(error.message).split("\n")[0] };
    }
  });
  process.stdout.write(JSON.stringify(answers));
}

// Warnings go to standard error and are not part of the answer.
main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
