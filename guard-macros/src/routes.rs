//! `routes![...]`: every handler with its facts, in one list.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Path, PathArguments, Token};

use crate::errors::Errors;
use crate::expand::{constant_name, krate};
use crate::signature::is_condition;

/// The list, and the errors before it.
pub(crate) fn list(tokens: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let parse = |input: ParseStream<'_>| {
        let guard = krate(prefix(input)?.as_ref());
        Ok((guard, entries(input, &mut errors)?))
    };
    let (guard, entries) = match parse.parse2(tokens) {
        Ok(read) => read,
        Err(error) => return error.to_compile_error(),
    };
    twice(&entries, &mut errors);
    let routes = entries.iter().map(|entry| entry.expand(&guard));
    let list = quote!([#(#routes),*]);
    let errors = errors.into_compile_errors();
    if errors.is_empty() {
        list
    } else {
        quote!({ #errors #list })
    }
}

/// `crate = path;`
fn prefix(input: ParseStream<'_>) -> syn::Result<Option<Path>> {
    if !(input.peek(Token![crate]) && input.peek2(Token![=])) {
        return Ok(None);
    }
    input.parse::<Token![crate]>()?;
    input.parse::<Token![=]>()?;
    let path = input.call(Path::parse_mod_style)?;
    if !input.peek(Token![;]) {
        return Err(input.error("a `;` ends the path of guard: `routes![crate = path::to::guard; handler]`"));
    }
    input.parse::<Token![;]>()?;
    Ok(Some(path))
}

/// A handler, and when it is there.
struct Entry {
    attributes: Vec<Attribute>,
    handler: Path,
}

/// Reads every entry; a broken one does not hide the next.
fn entries(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    while !input.is_empty() {
        let start = input.span();
        match entry(input, errors) {
            Ok(entry) => entries.push(entry),
            Err(_) => {
                errors.at(start, "expected the path of a handler, like `chat::send`");
                while !input.is_empty() && !input.peek(Token![,]) {
                    input.parse::<TokenTree>()?;
                }
            }
        }
        input.parse::<Option<Token![,]>>()?;
    }
    Ok(entries)
}

fn entry(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Entry> {
    let mut attributes = input.call(Attribute::parse_outer)?;
    attributes.retain(|attribute| {
        let known = is_condition(attribute);
        if !known {
            errors.over(attribute, "only `#[cfg(...)]` stands before a handler");
        }
        known
    });
    let handler = input.parse::<Path>()?;
    if input.is_empty() || input.peek(Token![,]) {
        Ok(Entry { attributes, handler })
    } else {
        Err(input.error("expected `,`"))
    }
}

/// What `cfg` lets in is known only later.
fn twice(entries: &[Entry], errors: &mut Errors) {
    let mut seen = Vec::new();
    for entry in entries.iter().filter(|entry| entry.attributes.is_empty()) {
        let path = entry.handler.to_token_stream().to_string();
        if seen.contains(&path) {
            errors.over(&entry.handler, "this handler is listed twice");
        }
        seen.push(path);
    }
}

impl Entry {
    /// The constant stands beside the handler and takes no generic arguments.
    fn expand(&self, guard: &TokenStream) -> TokenStream {
        let Self { attributes, handler } = self;
        let mut constant = handler.clone();
        let place = match constant.segments.last_mut() {
            Some(last) => {
                let span = last.ident.span();
                last.ident = constant_name(&last.ident, span);
                last.arguments = PathArguments::None;
                span
            }
            None => proc_macro2::Span::call_site(),
        };
        quote_spanned!(place=> #(#attributes)* #guard::registry::Route::new(#constant, #handler))
    }
}
