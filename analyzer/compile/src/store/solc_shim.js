// Gives soljson.js, solc compiled to WebAssembly, the command line of solc that standard JSON needs.
//
//   node solc_shim.js SOLJSON --version
//   node solc_shim.js SOLJSON --standard-json < input.json
//
// Options of the native solc about paths are accepted and mean nothing here: every source comes inlined.
"use strict";

const fs = require("fs");
const path = require("path");

const [soljsonPath, ...options] = process.argv.slice(2);
const soljson = require(path.resolve(soljsonPath));

function bind(name, result, parameters) {
  return typeof soljson["_" + name] === "function" ? soljson.cwrap(name, result, parameters) : undefined;
}

// Names of the exported functions changed in 0.5; a context argument came in 0.6. Passing one more than the function
// takes is harmless, and null pointers mean that there is no callback to read further sources.
const version = bind("solidity_version", "string", []) || bind("version", "string", []);
const compile =
  bind("solidity_compile", "string", ["number", "number", "number"]) ||
  bind("compileStandard", "string", ["number", "number"]);

// A string given as such is copied onto the stack of WebAssembly, which a project of a megabyte overflows.
function place(bytes) {
  const pointer = soljson._malloc(bytes.length + 1);
  soljson.HEAPU8.set(bytes, pointer);
  soljson.HEAPU8[pointer + bytes.length] = 0;
  return pointer;
}

function write(text) {
  const bytes = Buffer.from(text, "utf8");
  for (let at = 0; at < bytes.length; ) {
    try {
      at += fs.writeSync(1, bytes, at);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

if (options.includes("--version")) {
  write("Version: " + version() + "\n");
} else if (options.includes("--standard-json")) {
  if (!compile) {
    process.stderr.write("this release of solc has no standard JSON interface\n");
    process.exit(1);
  }
  write(compile(place(fs.readFileSync(0)), 0, 0));
} else {
  process.stderr.write("expected --version or --standard-json\n");
  process.exit(1);
}
// Old releases keep timers alive.
process.exit(0);
