//! What a rule's source file declares, read from its `declare_rule!` without compiling it.

use std::path::{Path, PathBuf};

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, Meta, Token, Visibility, braced};

use crate::TaskError;
use crate::workspace::Workspace;

/// Folder of the rules, relative to the root of the workspace.
pub(crate) const CATALOG: &str = "rules/src/catalog";

/// One rule as its file declares it.
#[derive(Debug)]
pub(crate) struct RuleSource {
    /// Its file, relative to the root of the workspace.
    pub(crate) path: PathBuf,
    /// Name of its type.
    pub(crate) type_name: String,
    /// Identifier.
    pub(crate) id: String,
    /// Name in kebab case.
    pub(crate) slug: String,
    /// One line.
    pub(crate) summary: String,
    /// Severity as declared.
    pub(crate) severity: String,
    /// Strongest evidence as declared.
    pub(crate) evidence: String,
    /// CWE numbers.
    pub(crate) cwe: Vec<String>,
    /// SCWE numbers.
    pub(crate) scwe: Vec<String>,
    /// Its page.
    pub(crate) page: String,
}

impl RuleSource {
    /// Module of the rule under `catalog`.
    pub(crate) fn module(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }
}

/// All rules, in the order of identifiers.
pub(crate) fn read_all(workspace: &Workspace) -> Result<Vec<RuleSource>, TaskError> {
    let mut rules = Vec::new();
    for path in workspace.files_in(Path::new(CATALOG), "rs")? {
        rules.push(read(workspace, path)?);
    }
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    if let Some(twins) = rules.windows(2).find(|pair| pair[0].id == pair[1].id) {
        let reason = format!("declares `{}`, as `{}` does", twins[1].id, twins[0].path.display());
        return Err(TaskError::Form { path: twins[1].path.clone(), reason });
    }
    Ok(rules)
}

fn read(workspace: &Workspace, path: PathBuf) -> Result<RuleSource, TaskError> {
    let form = |reason: String| TaskError::Form { path: path.clone(), reason };
    let file = syn::parse_file(&workspace.read(&path)?).map_err(|error| form(error.to_string()))?;
    let mut declarations = file.items.iter().filter_map(|item| match item {
        syn::Item::Macro(item) if item.mac.path.segments.last()?.ident == "declare_rule" => Some(&item.mac),
        _ => None,
    });
    let (Some(declaration), None) = (declarations.next(), declarations.next()) else {
        return Err(form("must hold exactly one `declare_rule!`".to_owned()));
    };
    let rule: Declaration = declaration.parse_body().map_err(|error| form(error.to_string()))?;
    let field = |name: &str| {
        let value = rule.fields.iter().find(|field| field.name == name).map(|field| words(&field.value));
        value.ok_or_else(|| form(format!("declares no `{name}`")))
    };
    let one = |name: &str| field(name).map(|words| words.concat());
    Ok(RuleSource {
        type_name: rule.name.to_string(),
        id: one("id")?,
        slug: one("slug")?,
        summary: one("summary")?,
        severity: one("severity")?.to_lowercase(),
        evidence: one("evidence")?.to_lowercase(),
        cwe: field("cwe")?,
        scwe: field("scwe")?,
        page: page(&rule.attributes),
        path,
    })
}

/// The body of `declare_rule!`.
struct Declaration {
    attributes: Vec<Attribute>,
    name: Ident,
    fields: Punctuated<Field, Token![,]>,
}

/// One `name: value`.
struct Field {
    name: Ident,
    value: Expr,
}

impl Parse for Declaration {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        let name = input.parse()?;
        input.parse::<Token![=]>()?;
        let body;
        braced!(body in input);
        Ok(Declaration { attributes, name, fields: body.parse_terminated(Field::parse, Token![,])? })
    }
}

impl Parse for Field {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.parse()?;
        input.parse::<Token![:]>()?;
        Ok(Field { name, value: input.parse()? })
    }
}

/// The words of a field: a text, a number or a name is one, a list has one each.
fn words(value: &Expr) -> Vec<String> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => vec![text.value()],
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => vec![number.to_string()],
        Expr::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()).into_iter().collect(),
        Expr::Array(list) => list.elems.iter().flat_map(words).collect(),
        _ => Vec::new(),
    }
}

/// The doc comment as Markdown, without the space after each `///`.
fn page(attributes: &[Attribute]) -> String {
    let mut page = String::new();
    for attribute in attributes {
        let Meta::NameValue(pair) = &attribute.meta else { continue };
        if let Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) = &pair.value {
            let line = line.value();
            page.push_str(line.strip_prefix(' ').unwrap_or(&line).trim_end());
            page.push('\n');
        }
    }
    page
}
