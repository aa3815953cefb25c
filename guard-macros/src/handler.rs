//! The function as axum will take it.
//!
//! What the text shows is judged here. What only types show is left to the compiler, with one call for each argument that
//! carries the argument's place: whatever does not hold is then reported there, and not where the route is mounted.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use crate::errors::Errors;
use crate::parse::Args;
use crate::signature::{Shape, Signature, bare, last_name, mentions};

/// What axum implements `Handler` for.
const MOST_ARGUMENTS: usize = 16;

/// Names of extractors that take the body and cannot be of another kind.
const TAKES_BODY: [&str; 6] = ["Json", "Form", "RawForm", "Multipart", "Bytes", "String"];

/// A function that is never called and does not compile where the handler is none.
pub(crate) fn checks(args: &Args, guard: &TokenStream, signature: &Signature, errors: &mut Errors) -> TokenStream {
    let exempt = args.exempt.key().is_some();
    let Some(shape) = &signature.shape else {
        if exempt {
            errors.at(
                signature.name.span(),
                "the arguments of this exempt handler cannot be read: name their types",
            );
        }
        return TokenStream::new();
    };
    if let Some(span) = signature.unsafety {
        errors.at(span, "axum does not call an unsafe handler: remove `unsafe`");
    }
    if !signature.is_async && shape.output.is_none() {
        errors.at(signature.fn_token, "a handler returns a future: write `async fn`");
    }
    if shape.arguments.len() > MOST_ARGUMENTS {
        errors.at(
            signature.name.span(),
            format!("a handler takes at most {MOST_ARGUMENTS} arguments: join some in a tuple, `(a, b): (A, B)`"),
        );
    }
    path_arguments(args, shape, errors);
    if shape.is_generic() {
        // The types are known only where the route is mounted.
        if exempt {
            errors.at(
                signature.name.span(),
                "an exempt handler is not generic: its arguments show that it cannot learn who asks",
            );
        }
        return TokenStream::new();
    }

    let arguments = arguments(args, guard, shape, errors);
    let exempt = exempt.then(|| exempt_arguments(guard, shape));
    let output = output(guard, signature, shape);
    // Not `#[allow(dead_code)]`: the handler would then count as used, and a route that nobody mounts go unnoticed. The
    // leading underscores say enough.
    quote! {
        fn __handler() {
            #arguments
            #exempt
            #output
        }
    }
}

/// `Path<..>` against the parameters of the path.
fn path_arguments(args: &Args, shape: &Shape, errors: &mut Errors) {
    let Some(path) = args.path.value() else { return };
    let count = path.value().matches('{').count();
    let mut seen = false;
    for ty in &shape.arguments {
        let Some((name, Some(inner))) = last_name(ty) else {
            continue;
        };
        if name != "Path" {
            continue;
        }
        if seen {
            errors.over(ty, "`Path` takes all parameters at once: write one, `Path<(A, B)>`");
        } else if count == 0 {
            errors.over(ty, "the path has no parameter that `Path` could take");
        } else if let Type::Tuple(tuple) = bare(inner)
            && tuple.elems.len() != count
        {
            errors.over(
                ty,
                format!("`Path` takes {} parameters and the path has {count}", tuple.elems.len()),
            );
        }
        seen = true;
    }
}

fn arguments(args: &Args, guard: &TokenStream, shape: &Shape, errors: &mut Errors) -> TokenStream {
    let state = state(args, shape);
    let Some((last, others)) = shape.arguments.split_last() else {
        return TokenStream::new();
    };
    let mut checks = TokenStream::new();
    for ty in others {
        match last_name(ty) {
            Some((name, _)) if TAKES_BODY.iter().any(|known| name == known) => {
                errors.over(
                    ty,
                    format!("`{name}` takes the body of the request: make it the last argument"),
                );
            }
            _ => checks.extend(check(ty, state.as_ref(), guard, &quote!(from_head))),
        }
    }
    let takes_body = last_name(last).is_some_and(|(name, _)| TAKES_BODY.iter().any(|known| name == known));
    // The marker would otherwise be unknown, and rustc would stop at the extractor instead of saying what it lacks.
    let helper = if takes_body {
        quote!(from_body)
    } else {
        quote!(from_request)
    };
    checks.extend(check(last, state.as_ref(), guard, &helper));
    checks
}

fn check(ty: &Type, state: Option<&TokenStream>, guard: &TokenStream, helper: &TokenStream) -> Option<TokenStream> {
    let state = state?;
    Some(quote_spanned!(ty.span()=> #guard::__private::#helper::<#ty, #state>();))
}

/// The state of the router: as given, or what the `State` arguments agree on, or none. `None` if they do not agree: a
/// substate says nothing of the whole.
fn state(args: &Args, shape: &Shape) -> Option<TokenStream> {
    if let Some(ty) = args.state.value() {
        return Some(ty.to_token_stream());
    }
    let mut found: Option<TokenStream> = None;
    for ty in &shape.arguments {
        let Some((name, Some(inner))) = last_name(ty) else {
            continue;
        };
        if name != "State" {
            continue;
        }
        let inner = inner.to_token_stream();
        match &found {
            Some(other) if other.to_string() != inner.to_string() => return None,
            _ => found = Some(inner),
        }
    }
    Some(found.unwrap_or_else(|| quote!(())))
}

/// No argument of an exempt handler says who asks. A tuple is an extractor of each of its parts.
fn exempt_arguments(guard: &TokenStream, shape: &Shape) -> TokenStream {
    fn each(ty: &Type, guard: &TokenStream, checks: &mut TokenStream) {
        if let Type::Tuple(tuple) = bare(ty) {
            for part in &tuple.elems {
                each(part, guard, checks);
            }
            return;
        }
        checks.extend(quote_spanned! {ty.span()=>
            #guard::__private::exempt_handler_takes::<#ty, _>(<#guard::__private::Argument<#ty>>::IDENTITY);
        });
    }
    let mut checks = quote!(use #guard::__private::Otherwise as _;);
    for ty in &shape.arguments {
        each(ty, guard, &mut checks);
    }
    checks
}

/// The future can be sent, and it ends with a response.
fn output(guard: &TokenStream, signature: &Signature, shape: &Shape) -> TokenStream {
    let name = &signature.name;
    let response = shape
        .output
        .as_ref()
        .filter(|ty| signature.is_async && !mentions(ty, "impl"))
        .map(|ty| quote_spanned!(ty.span()=> #guard::__private::into_response::<#ty>();));
    // Once is enough: where the type has a name, it has its own check.
    let helper = if response.is_some() {
        quote!(sent)
    } else {
        quote!(answered)
    };
    let place = match &shape.output {
        Some(ty) if !signature.is_async => ty.span(),
        _ => name.span(),
    };
    let values = shape.arguments.iter().map(|_| quote!(#guard::__private::any()));
    let call = call(guard, &helper, place, quote!(#name(#(#values),*)));
    quote!(#response #call)
}

fn call(guard: &TokenStream, helper: &TokenStream, place: Span, future: TokenStream) -> TokenStream {
    quote_spanned!(place=> #guard::__private::#helper(#future);)
}
