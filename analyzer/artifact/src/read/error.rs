//! What can be wrong with a document as a whole. What is wrong with one part of it is a [`Missing`](super::Missing).

/// A document that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
#[non_exhaustive]
pub enum ReadError {
    /// Bytes that are no text.
    #[error("cannot read `{document}`: byte {at} is not UTF-8 text")]
    #[diagnostic(
        code(uplint::artifact::not_text),
        help("give bytecode as hexadecimal text, and JSON in UTF-8 (a shell may have written UTF-16)")
    )]
    NotText {
        /// Name of the document.
        document: String,
        /// Offset of the first byte that is no text.
        at: usize,
    },
    /// A document that ends too early.
    #[error("cannot read `{document}`: the JSON ends in the middle, at line {line}, column {column}")]
    #[diagnostic(
        code(uplint::artifact::truncated),
        help("build again: the file was cut off while it was written or copied")
    )]
    Truncated {
        /// Name of the document.
        document: String,
        /// Line of the end, from one.
        line: usize,
        /// Column of the end, from one, in bytes.
        column: usize,
    },
    /// Text that is no JSON.
    #[error("cannot read `{document}` as JSON: {reason}")]
    #[diagnostic(
        code(uplint::artifact::not_json),
        help("give the file that the compiler or framework wrote, unchanged")
    )]
    NotJson {
        /// Name of the document.
        document: String,
        /// What the JSON reader says, with line and column.
        reason: String,
    },
    /// JSON of a known format in which something has the wrong form.
    #[error("cannot read `{document}` as {format}: {reason}")]
    #[diagnostic(
        code(uplint::artifact::shape),
        help("build again, or report the compiler and version that wrote this")
    )]
    Shape {
        /// Name of the document.
        document: String,
        /// The format it was read as.
        format: &'static str,
        /// What is wrong, with the place where it is known.
        reason: String,
    },
    /// JSON of no known format.
    #[error("`{document}` is JSON, but in none of the known formats")]
    #[diagnostic(
        code(uplint::artifact::unknown_format),
        help(
            "give a solc standard-JSON output, a Foundry artifact, or the build-info of Foundry, Hardhat 2 or Hardhat 3"
        )
    )]
    UnknownFormat {
        /// Name of the document.
        document: String,
    },
    /// An older output of solc, without layouts and with names of another form.
    #[error("`{document}` is an output of `solc --combined-json`, which is not read")]
    #[diagnostic(code(uplint::artifact::combined_json), help("use `solc --standard-json`"))]
    CombinedJson {
        /// Name of the document.
        document: String,
    },
    /// The compiler's input where its output is needed.
    #[error("`{document}` is a standard-JSON input: it holds sources, but nothing that a compiler made of them")]
    #[diagnostic(
        code(uplint::artifact::input_only),
        help("give the compiler's output: `solc --standard-json < input.json > output.json`")
    )]
    InputOnly {
        /// Name of the document.
        document: String,
    },
    /// Foundry's default build information, which names sources only.
    #[error("`{document}` is a Foundry build-info without the compiler's output")]
    #[diagnostic(
        code(uplint::artifact::no_output),
        help("build with `forge build --build-info --extra-output storageLayout`, or give the project's directory")
    )]
    NoOutput {
        /// Name of the document.
        document: String,
    },
    /// One half of Hardhat 3's build information.
    #[error("`{document}` is one half of a Hardhat 3 build-info: the file `{other}` beside it is needed")]
    #[diagnostic(code(uplint::artifact::no_companion), help("give both files in one directory"))]
    NoCompanion {
        /// Name of the document.
        document: String,
        /// Name of the other half.
        other: String,
    },
    /// Two halves that do not belong together.
    #[error("`{document}` and the file beside it are of different builds: `{id}` and `{other_id}`")]
    #[diagnostic(code(uplint::artifact::companion), help("remove the build directory and build again"))]
    CompanionMismatch {
        /// Name of the document.
        document: String,
        /// Its build.
        id: String,
        /// The build of the other half.
        other_id: String,
    },
    /// No bytecode at all: nothing to judge, which is not an error of the input's form.
    #[error("`{document}` holds no bytecode")]
    #[diagnostic(code(uplint::artifact::empty_bytecode), help("give the runtime bytecode of a deployed contract"))]
    EmptyBytecode {
        /// Name of the document.
        document: String,
    },
    /// Hexadecimal text that ends in half a byte.
    #[error("cannot read `{document}` as bytecode: {digits} hexadecimal digits are no whole number of bytes")]
    #[diagnostic(code(uplint::artifact::odd_bytecode), help("a digit is missing: copy the bytecode again"))]
    OddBytecode {
        /// Name of the document.
        document: String,
        /// Number of digits.
        digits: usize,
    },
    /// Text that is not hexadecimal.
    #[error("cannot read `{document}` as bytecode: {found} at byte {at} is no hexadecimal digit")]
    #[diagnostic(
        code(uplint::artifact::not_hexadecimal),
        help("give runtime bytecode as hexadecimal text, with or without `0x`")
    )]
    NotHexadecimal {
        /// Name of the document.
        document: String,
        /// The character, quoted or escaped.
        found: String,
        /// Its byte offset in the document.
        at: usize,
    },
}
