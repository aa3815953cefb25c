//! The item as it was, and the facts beside it.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Token, Visibility};

use crate::check::{Decision, Route};
use crate::errors::Errors;

/// Always re-emits the item, so that an error here does not make others elsewhere.
pub(crate) fn item(item: TokenStream, route: Option<Route>, mut errors: Errors) -> TokenStream {
    let facts = match head.parse2(item.clone()) {
        Ok(head) => route.map(|route| constant(&head, &route)),
        Err(_) => {
            errors.over(&item, "#[engine_route] stands on a function");
            None
        }
    };
    let errors = errors.into_compile_errors();
    quote! { #item #facts #errors }
}

/// As much of a function as the constant beside it needs.
struct Head {
    visibility: Visibility,
    name: Ident,
}

/// Reads up to the name and leaves the rest alone: the compiler knows it better, and editors send unfinished bodies.
fn head(input: ParseStream<'_>) -> syn::Result<Head> {
    // A `cfg` is not among them: the compiler applies it before any attribute macro runs.
    input.call(Attribute::parse_outer)?;
    let visibility = input.parse()?;
    loop {
        if input.parse::<Option<Token![fn]>>()?.is_some() {
            break;
        }
        qualifier(input)?;
    }
    let name = input.parse()?;
    input.parse::<TokenStream>()?;
    Ok(Head { visibility, name })
}

/// `const`, `async`, `unsafe` or `extern "C"`.
fn qualifier(input: ParseStream<'_>) -> syn::Result<()> {
    if input.peek(Token![const]) {
        <Token![const]>::parse(input).map(drop)
    } else if input.peek(Token![async]) {
        <Token![async]>::parse(input).map(drop)
    } else if input.peek(Token![unsafe]) {
        <Token![unsafe]>::parse(input).map(drop)
    } else {
        <Token![extern]>::parse(input)?;
        input.parse::<Option<syn::LitStr>>().map(drop)
    }
}

/// Every path starts at the crate or at `::core`, so that no name in the user's scope can get in the way.
fn constant(head: &Head, route: &Route) -> TokenStream {
    let Head { visibility, name } = head;
    let constant = format_ident!("{}_ROUTE", name.unraw().to_string().to_uppercase(), span = name.span());
    let doc = format!("The facts of the route `{}`.", name.unraw());

    let guard = route
        .krate
        .as_ref()
        .map_or_else(|| quote!(::guard), |path| quote!(#path));
    let method = format_ident!("{}", route.method);
    let Route {
        path, router, tickets, ..
    } = route;
    let gate = match &route.gate {
        Decision::Action(action) => quote!(Action(#action)),
        Decision::NoGate(reason) => quote!(NoGate { reason: #reason }),
        Decision::Reads => quote!(Reads),
        Decision::Exempt(_) => quote!(Exempt),
    };
    let resource_kind = route.resource_kind.as_ref().map(|kind| quote!(.resource_kind(#kind)));
    let exemption = match &route.gate {
        Decision::Exempt(constant) => {
            let constant = format_ident!("{constant}");
            Some(quote!(.exemption(#guard::route::Exemption::#constant)))
        }
        _ => None,
    };

    quote! {
        #[doc = #doc]
        #[allow(dead_code)]
        #visibility const #constant: #guard::route::RouteMeta = #guard::route::RouteMeta::from_macro(
            #guard::route::Method::#method,
            #path,
            #router,
            #guard::route::GateDecision::#gate,
        ).tickets(&[#(#tickets),*])#resource_kind #exemption;
    }
}
