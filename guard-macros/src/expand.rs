//! The item as it was, and the facts beside it.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::Attribute;
use syn::ext::IdentExt;

use crate::check::{Decision, Route};
use crate::parse::Args;
use crate::signature::Signature;

/// Where `guard` is found.
pub(crate) fn guard(args: &Args) -> TokenStream {
    krate(args.krate.value())
}

/// The path as given, or the crate's own name.
pub(crate) fn krate(path: Option<&syn::Path>) -> TokenStream {
    path.map_or_else(|| quote!(::guard), ToTokens::to_token_stream)
}

/// The name of the constant beside a handler.
pub(crate) fn constant_name(handler: &Ident, span: Span) -> Ident {
    format_ident!("{}_ROUTE", handler.unraw().to_string().to_uppercase(), span = span)
}

/// Every path starts at the crate or at `::core`, so that no name in the user's scope can get in the way.
pub(crate) fn constant(signature: &Signature, route: &Route, guard: &TokenStream, checks: &TokenStream) -> TokenStream {
    let Signature { visibility, name, .. } = signature;
    let constant = constant_name(name, name.span());
    let (variant, method) = route.method;
    let doc = format!(
        "What `#[engine_route]` says of `{}`: `{method} {}` of `{}`.",
        name.unraw(),
        route.path,
        route.router
    );
    let lints = signature.attributes.iter().filter_map(allowed);
    // The checks name the handler, which is no use of it.
    let deprecated = signature
        .attributes
        .iter()
        .any(|attribute| attribute.path().is_ident("deprecated"))
        .then(|| quote!(#[allow(deprecated)]));
    let method = format_ident!("{variant}");
    let Route { path, router, .. } = route;
    let gate = match &route.gate {
        Decision::Action(action) => quote!(Action(#action)),
        Decision::NoGate(reason) => quote!(NoGate { reason: #reason }),
        Decision::Reads => quote!(Reads),
        Decision::Exempt(_) => quote!(Exempt),
    };
    let rest = rest(route, guard);
    quote! {
        #[doc = #doc]
        #(#[allow(#lints)])*
        #deprecated
        #visibility const #constant: #guard::route::RouteMeta = {
            #checks
            #guard::route::RouteMeta::from_macro(
                #guard::route::Method::#method,
                #path,
                #router,
                #guard::route::GateDecision::#gate,
            ) #rest
        };
    }
}

/// The lints that may fire on the handler's types, and so on the checks, which repeat them.
fn allowed(attribute: &Attribute) -> Option<&TokenStream> {
    let list = attribute.meta.require_list().ok()?;
    let is_lenient = ["allow", "expect"].iter().any(|level| list.path.is_ident(level));
    is_lenient.then_some(&list.tokens)
}

/// A setter for each fact that was given.
fn rest(route: &Route, guard: &TokenStream) -> TokenStream {
    let Route {
        tickets,
        body,
        roles,
        resource_kind,
        budget,
        flag,
        body_limit,
        timeout,
        missing_status,
        stream,
        ..
    } = route;
    let mut setters = TokenStream::new();
    if !tickets.is_empty() {
        setters.extend(quote!(.tickets(&[#(#tickets),*])));
    }
    if !body.is_empty() {
        let fields = body.iter().map(|variant| format_ident!("{variant}"));
        setters.extend(quote!(.body_fields(&[#(#guard::context::ContextField::#fields),*])));
    }
    if !roles.is_empty() {
        setters.extend(quote!(.roles(&[#(#roles),*])));
    }
    if let Some(variant) = missing_status {
        let variant = format_ident!("{variant}");
        setters.extend(quote!(.missing_status(#guard::context::MissingStatus::#variant)));
    }
    if let Some(kind) = resource_kind {
        setters.extend(quote!(.resource_kind(#kind)));
    }
    if let Decision::Exempt(constant) = &route.gate {
        let constant = format_ident!("{constant}");
        setters.extend(quote!(.exemption(#guard::route::Exemption::#constant)));
    }
    if let Some((micros, currency)) = budget {
        let currency = Literal::byte_string(currency.as_bytes());
        setters.extend(quote!(.budget(#guard::route::RouteBudget::from_macro(#micros, *#currency))));
    }
    if let Some(flag) = flag {
        setters.extend(quote!(.flag(#flag)));
    }
    if let Some(bytes) = body_limit {
        setters.extend(quote!(.body_limit(#bytes)));
    }
    if let Some(milliseconds) = timeout {
        setters.extend(quote!(.timeout(::core::time::Duration::from_millis(#milliseconds))));
    }
    if let Some((transport, domain)) = stream {
        let transport = format_ident!("{transport}");
        setters.extend(quote! {
            .stream(#guard::route::StreamFacts::from_macro(#guard::route::Transport::#transport, #domain))
        });
    }
    setters
}
