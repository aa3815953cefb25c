//! The function as axum will take it.
//!
//! What the text shows is judged here. What only types show is left to the compiler, with one call for each argument that
//! carries the argument's place: whatever does not hold is then reported there, and not where the route is mounted.

use proc_macro2::{Ident, TokenStream};
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
    let plain = plain(signature, shape, errors);
    if shape.arguments.len() > MOST_ARGUMENTS {
        errors.at(
            signature.name.span(),
            format!("a handler takes at most {MOST_ARGUMENTS} arguments: join some in a tuple, `(a, b): (A, B)`"),
        );
    }
    path_arguments(args, shape, errors);
    if shape.is_open() {
        if exempt {
            errors.at(
                signature.name.span(),
                "an exempt handler is not generic and has no argument under a `cfg`: its arguments show that it cannot \
                 learn who asks",
            );
        }
        return TokenStream::new();
    }

    let arguments = arguments(args, guard, shape, errors);
    let exempt = exempt.then(|| exempt_arguments(guard, shape));
    let streams = args.stream.key().is_some();
    let output = plain.then(|| output(guard, signature, shape, streams));
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

/// Whether it can be called for a future at all.
fn plain(signature: &Signature, shape: &Shape, errors: &mut Errors) -> bool {
    if let Some((span, qualifier)) = signature.qualifier {
        errors.at(span, format!("axum calls plain functions only: remove `{qualifier}`"));
        return false;
    }
    if !signature.is_async && shape.output.is_none() {
        errors.at(signature.fn_token, "a handler returns a future: write `async fn`");
        return false;
    }
    true
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
        if let Some(name) = body_extractor(ty) {
            errors.over(
                ty,
                format!("`{name}` takes the body of the request: make it the last argument"),
            );
        } else if let Some(state) = &state {
            checks.extend(quote_spanned!(ty.span()=> #guard::__private::from_head::<#ty, #state>();));
        }
    }
    // Where the kind of extractor is open, rustc stops at the extractor and does not say what it lacks.
    checks.extend(state.map(|state| match body_extractor(last) {
        Some(_) => quote_spanned!(last.span()=> #guard::__private::from_body::<#last, #state>();),
        None => quote_spanned!(last.span()=> #guard::__private::from_request::<#last, #state, _>();),
    }));
    checks
}

/// The name of an extractor that takes the body.
fn body_extractor(ty: &Type) -> Option<&Ident> {
    let (name, _) = last_name(ty)?;
    TAKES_BODY.iter().any(|known| name == known).then_some(name)
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
            #guard::__private::exempt_handler_takes::<#ty, _>(<#guard::__private::Argument<#ty>>::SAYS_WHO_ASKS);
        });
    }
    let mut checks = quote!(use #guard::__private::Otherwise as _;);
    for ty in &shape.arguments {
        each(ty, guard, &mut checks);
    }
    checks
}

/// The future can be sent, and it ends with a response; that of a stream route with the stream to follow.
fn output(guard: &TokenStream, signature: &Signature, shape: &Shape, streams: bool) -> TokenStream {
    let name = &signature.name;
    let (of_type, of_future) = if streams {
        (quote!(answers_stream), quote!(answered_with_stream))
    } else {
        (quote!(into_response), quote!(answered))
    };
    let response = shape
        .output
        .as_ref()
        .filter(|ty| signature.is_async && !mentions(ty, "impl"))
        .map(|ty| quote_spanned!(ty.span()=> #guard::__private::#of_type::<#ty>();));
    // Once is enough: where the type has a name, it has its own check.
    let helper = if response.is_some() { quote!(sent) } else { of_future };
    let place = match &shape.output {
        Some(ty) if !signature.is_async => ty.span(),
        _ => name.span(),
    };
    let values = shape.arguments.iter().map(|_| quote!(#guard::__private::any()));
    let call = quote_spanned!(place=> #guard::__private::#helper(#name(#(#values),*)););
    quote!(#response #call)
}
