//! The kinds of nodes and the fields under which children stand, by the compiler's own names.

/// Makes an enum of names with a reader for the compiler's spelling.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* #[doc = concat!("`", $text, "`")] $variant,)*
            /// Any other.
            Other,
        }

        impl $name {
            /// Reads the compiler's spelling.
            pub(crate) fn from_name(name: &str) -> Self {
                match name {
                    $($text => Self::$variant,)*
                    _ => Self::Other,
                }
            }
        }
    };
}

named! {
    /// What a node is, by solc's `nodeType`.
    NodeKind {
        ArrayTypeName = "ArrayTypeName",
        Assignment = "Assignment",
        BinaryOperation = "BinaryOperation",
        Block = "Block",
        Break = "Break",
        Conditional = "Conditional",
        Continue = "Continue",
        ContractDefinition = "ContractDefinition",
        DoWhileStatement = "DoWhileStatement",
        ElementaryTypeName = "ElementaryTypeName",
        ElementaryTypeNameExpression = "ElementaryTypeNameExpression",
        EmitStatement = "EmitStatement",
        EnumDefinition = "EnumDefinition",
        EnumValue = "EnumValue",
        ErrorDefinition = "ErrorDefinition",
        EventDefinition = "EventDefinition",
        ExpressionStatement = "ExpressionStatement",
        ForStatement = "ForStatement",
        FunctionCall = "FunctionCall",
        FunctionCallOptions = "FunctionCallOptions",
        FunctionDefinition = "FunctionDefinition",
        FunctionTypeName = "FunctionTypeName",
        Identifier = "Identifier",
        IdentifierPath = "IdentifierPath",
        IfStatement = "IfStatement",
        ImportDirective = "ImportDirective",
        IndexAccess = "IndexAccess",
        IndexRangeAccess = "IndexRangeAccess",
        InheritanceSpecifier = "InheritanceSpecifier",
        InlineAssembly = "InlineAssembly",
        Literal = "Literal",
        Mapping = "Mapping",
        MemberAccess = "MemberAccess",
        ModifierDefinition = "ModifierDefinition",
        ModifierInvocation = "ModifierInvocation",
        NewExpression = "NewExpression",
        OverrideSpecifier = "OverrideSpecifier",
        ParameterList = "ParameterList",
        PlaceholderStatement = "PlaceholderStatement",
        PragmaDirective = "PragmaDirective",
        Return = "Return",
        RevertStatement = "RevertStatement",
        SourceUnit = "SourceUnit",
        StorageLayoutSpecifier = "StorageLayoutSpecifier",
        StructDefinition = "StructDefinition",
        StructuredDocumentation = "StructuredDocumentation",
        Throw = "Throw",
        TryCatchClause = "TryCatchClause",
        TryStatement = "TryStatement",
        TupleExpression = "TupleExpression",
        UnaryOperation = "UnaryOperation",
        UncheckedBlock = "UncheckedBlock",
        UserDefinedTypeName = "UserDefinedTypeName",
        UserDefinedValueTypeDefinition = "UserDefinedValueTypeDefinition",
        UsingForDirective = "UsingForDirective",
        VariableDeclaration = "VariableDeclaration",
        VariableDeclarationStatement = "VariableDeclarationStatement",
        WhileStatement = "WhileStatement",
        YulAssignment = "YulAssignment",
        YulBlock = "YulBlock",
        YulBreak = "YulBreak",
        YulCase = "YulCase",
        YulContinue = "YulContinue",
        YulExpressionStatement = "YulExpressionStatement",
        YulForLoop = "YulForLoop",
        YulFunctionCall = "YulFunctionCall",
        YulFunctionDefinition = "YulFunctionDefinition",
        YulIdentifier = "YulIdentifier",
        YulIf = "YulIf",
        YulLeave = "YulLeave",
        YulLiteral = "YulLiteral",
        YulSwitch = "YulSwitch",
        YulTypedName = "YulTypedName",
        YulVariableDeclaration = "YulVariableDeclaration",
    }
}

named! {
    /// The name under which a child stands in its parent.
    Field {
        Arguments = "arguments",
        Assembly = "AST",
        BaseContracts = "baseContracts",
        BaseExpression = "baseExpression",
        BaseName = "baseName",
        BaseSlotExpression = "baseSlotExpression",
        BaseType = "baseType",
        Block = "block",
        Body = "body",
        Cases = "cases",
        Clauses = "clauses",
        Components = "components",
        Condition = "condition",
        Declarations = "declarations",
        EndExpression = "endExpression",
        ErrorCall = "errorCall",
        EventCall = "eventCall",
        Expression = "expression",
        ExternalCall = "externalCall",
        FalseBody = "falseBody",
        FalseExpression = "falseExpression",
        FunctionList = "functionList",
        FunctionName = "functionName",
        FunctionReturnParameters = "functionReturnParameters",
        IndexExpression = "indexExpression",
        InitialValue = "initialValue",
        InitializationExpression = "initializationExpression",
        KeyType = "keyType",
        LeftExpression = "leftExpression",
        LeftHandSide = "leftHandSide",
        Length = "length",
        LibraryName = "libraryName",
        LoopExpression = "loopExpression",
        Members = "members",
        ModifierName = "modifierName",
        Modifiers = "modifiers",
        Nodes = "nodes",
        Options = "options",
        Overrides = "overrides",
        Parameters = "parameters",
        ParameterTypes = "parameterTypes",
        PathNode = "pathNode",
        Post = "post",
        Pre = "pre",
        ReturnParameters = "returnParameters",
        ReturnParameterTypes = "returnParameterTypes",
        ReturnVariables = "returnVariables",
        RightExpression = "rightExpression",
        RightHandSide = "rightHandSide",
        StartExpression = "startExpression",
        Statements = "statements",
        StorageLayout = "storageLayout",
        SubExpression = "subExpression",
        TrueBody = "trueBody",
        TrueExpression = "trueExpression",
        TypeName = "typeName",
        UnderlyingType = "underlyingType",
        Value = "value",
        ValueType = "valueType",
        VariableNames = "variableNames",
        Variables = "variables",
    }
}
