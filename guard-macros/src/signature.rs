//! As much of a function as the checks and the constant beside it need.
//!
//! The body is left alone: the compiler knows it better, and editors send unfinished ones.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, GenericArgument, Generics, Lifetime, PathArguments, Token, Type, Visibility, parenthesized};

/// A function, up to its body.
pub(crate) struct Signature {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) is_async: bool,
    /// `unsafe` or `extern`.
    pub(crate) qualifier: Option<(Span, &'static str)>,
    pub(crate) fn_token: Span,
    pub(crate) name: Ident,
    /// `None` where it did not parse; the compiler then says why.
    pub(crate) shape: Option<Shape>,
}

/// What stands between the name and the body.
pub(crate) struct Shape {
    pub(crate) generics: Generics,
    pub(crate) receiver: Option<Span>,
    /// Without the receiver.
    pub(crate) arguments: Vec<Type>,
    /// Whether an argument is there only under a `cfg`, which is judged later.
    conditional: bool,
    pub(crate) output: Option<Type>,
}

impl Shape {
    /// Whether its types are known only where it is called or configured.
    pub(crate) fn is_open(&self) -> bool {
        self.conditional || !self.generics.params.is_empty() || self.arguments.iter().any(|ty| mentions(ty, "impl"))
    }
}

/// Reads a function's head; an error if it is none.
pub(crate) fn read(item: TokenStream) -> syn::Result<Signature> {
    head.parse2(item)
}

fn head(input: ParseStream<'_>) -> syn::Result<Signature> {
    // A `cfg` is not among them: the compiler applies it before any attribute macro runs.
    let attributes = input.call(Attribute::parse_outer)?;
    let visibility = input.parse()?;
    let mut is_async = false;
    let mut qualifier = None;
    let fn_token = loop {
        if let Some(token) = input.parse::<Option<Token![fn]>>()? {
            break token.span;
        }
        if input.parse::<Option<Token![async]>>()?.is_some() {
            is_async = true;
        } else if let Some(token) = input.parse::<Option<Token![unsafe]>>()? {
            qualifier = Some((token.span, "unsafe"));
        } else if input.parse::<Option<Token![const]>>()?.is_none() {
            qualifier = Some((input.parse::<Token![extern]>()?.span, "extern"));
            input.parse::<Option<syn::LitStr>>()?;
        }
    };
    let name = input.parse()?;
    let rest = input.parse::<TokenStream>()?;
    Ok(Signature {
        attributes,
        visibility,
        is_async,
        qualifier,
        fn_token,
        name,
        shape: shape.parse2(rest).ok(),
    })
}

fn shape(input: ParseStream<'_>) -> syn::Result<Shape> {
    let generics = input.parse()?;
    let content;
    parenthesized!(content in input);
    let receiver = receiver(&content)?;
    let arguments = Punctuated::<Argument, Token![,]>::parse_terminated(&content)?;
    let output = match input.parse::<Option<Token![->]>>()? {
        Some(_) => Some(input.parse()?),
        None => None,
    };
    // The where clause and the body.
    input.parse::<TokenStream>()?;
    Ok(Shape {
        generics,
        receiver,
        conditional: arguments.iter().any(|argument| argument.conditional),
        arguments: arguments.into_iter().map(|argument| argument.ty).collect(),
        output,
    })
}

/// Takes `self` in any of its forms, and the comma after it.
fn receiver(input: ParseStream<'_>) -> syn::Result<Option<Span>> {
    let ahead = input.fork();
    ahead.call(Attribute::parse_outer)?;
    if ahead.parse::<Option<Token![&]>>()?.is_some() {
        ahead.parse::<Option<Lifetime>>()?;
    }
    ahead.parse::<Option<Token![mut]>>()?;
    if !ahead.peek(Token![self]) {
        return Ok(None);
    }
    let span = ahead.span();
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    input.parse::<Option<Token![,]>>()?;
    Ok(Some(span))
}

/// The type of an argument; its pattern is skipped.
struct Argument {
    conditional: bool,
    ty: Type,
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        while !input.peek(Token![:]) || input.peek(Token![::]) {
            // `::` is one token to look for and two to take.
            if input.parse::<Option<Token![::]>>()?.is_none() {
                input.parse::<TokenTree>()?;
            }
        }
        input.parse::<Token![:]>()?;
        Ok(Self {
            conditional: attributes.iter().any(is_condition),
            ty: input.parse()?,
        })
    }
}

/// Whether the attribute decides if what it stands on is there.
pub(crate) fn is_condition(attribute: &Attribute) -> bool {
    ["cfg", "cfg_attr"].iter().any(|name| attribute.path().is_ident(name))
}

/// Whether this name stands anywhere in the type.
pub(crate) fn mentions(ty: &Type, name: &str) -> bool {
    fn any(tokens: TokenStream, name: &str) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(ident) => ident == name,
            TokenTree::Group(group) => any(group.stream(), name),
            _ => false,
        })
    }
    any(ty.to_token_stream(), name)
}

/// A type without the parentheses around it and the invisible ones that a `macro_rules` leaves.
pub(crate) fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        other => other,
    }
}

/// The last name of a type's path, and the first type between its angle brackets.
pub(crate) fn last_name(ty: &Type) -> Option<(&Ident, Option<&Type>)> {
    let Type::Path(path) = bare(ty) else { return None };
    let last = path.path.segments.last()?;
    let inner = match &last.arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.iter().find_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        }),
        _ => None,
    };
    Some((&last.ident, inner))
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn patterns_and_the_body_are_skipped() {
        let signature = read(quote! {
            /// Documented.
            pub(crate) async unsafe extern "C" fn show(
                State(app): State<App>,
                module::Wrapper { a: inner, .. }: module::Wrapper<{ 1 }>,
                #[allow(unused)] mut last: Vec<(u8, u8)>,
            ) -> Result<Vec<T>, std::io::Error> where T: Send { unfinished. }
        })
        .unwrap();
        assert!(signature.is_async && signature.qualifier.is_some() && signature.name == "show");
        let shape = signature.shape.unwrap();
        assert!(shape.receiver.is_none() && shape.output.is_some() && !shape.is_open());
        let arguments: Vec<_> = shape
            .arguments
            .iter()
            .map(|ty| ty.to_token_stream().to_string())
            .collect();
        assert_eq!(
            arguments,
            ["State < App >", "module :: Wrapper < { 1 } >", "Vec < (u8 , u8) >"]
        );
    }

    #[test]
    fn receivers() {
        for receiver in [
            quote!(self),
            quote!(mut self),
            quote!(&self),
            quote!(&'a mut self),
            quote!(self: Arc<Self>),
        ] {
            let shape = read(quote!(fn show(#receiver, id: Id) {})).unwrap().shape.unwrap();
            assert!(shape.receiver.is_some(), "{receiver}");
            assert_eq!(shape.arguments.len(), 1, "{receiver}");
        }
    }

    #[test]
    fn what_is_unfinished_is_left_to_the_compiler() {
        assert!(read(quote!(fn show(id:) {})).unwrap().shape.is_none());
        assert!(read(quote!(fn show)).unwrap().shape.is_none());
        assert!(read(quote!(fn)).is_err());
    }
}
