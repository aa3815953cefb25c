//! Errors that leave, that are caught, and that only look like envelopes.

use super::check;

#[test]
fn a_raising_helper_is_the_same_in_three_ways() {
    check(
        r#"
@router.get("/1")
def called(): fail("x")
@router.get("/2")
def raised(): raise fail("x")
@router.get("/3")
def returned(): return fail("x")
@router.get("/4")
def made():
    def problem(code: str) -> HTTPException:
        return HTTPException(404, detail=envelope(code, 404))
    raise problem("x")
@router.get("/5")
def made_bare():
    def problem(code: str) -> HTTPException:
        return HTTPException(404, detail=code)
    raise problem("x")
@router.get("/6")
def made_and_dropped():
    HTTPException(404, detail="never raised")
    return {}
"#,
        "called missing none canonical not_required
         raised missing none canonical not_required
         returned missing none canonical not_required
         made missing none canonical not_required
         made_bare missing none bare not_required
         made_and_dropped missing none silent not_required",
    );
}

#[test]
fn handlers_catch_by_class_and_in_order() {
    check(
        r#"
CAUGHT = (KeyError, HTTPException)

class Quiet:
    def __enter__(self): return self
    def __exit__(self, kind, exc, trace): return True

@contextlib.contextmanager
def converting():
    try:
        yield
    except HTTPException:
        fail("x")

def find(key: str):
    raise HTTPException(404, "none")

@router.get("/1")
def re_raised(key: str):
    try:
        find(key)
    except HTTPException:
        raise
    except Exception:
        fail("x")
@router.get("/2")
def converted(key: str):
    try:
        find(key)
    except Exception as exc:
        raise fail("x") from exc
@router.get("/3")
def by_tuple(key: str):
    try:
        find(key)
    except (KeyError, HTTPException):
        return {}
@router.get("/4")
def by_named_tuple(key: str):
    try:
        find(key)
    except CAUGHT:
        return {}
@router.get("/5")
def wrong_class(key: str):
    try:
        find(key)
    except ValueError:
        return {}
@router.get("/6")
def by_group(key: str):
    try:
        find(key)
    except* HTTPException:
        pass
@router.get("/7")
def by_suppress(key: str):
    with contextlib.suppress(HTTPException):
        find(key)
@router.get("/8")
def by_class(key: str):
    with Quiet():
        find(key)
@router.get("/9")
def by_generator(key: str):
    with converting():
        find(key)
@router.get("/10")
def in_finally(key: str):
    try:
        find(key)
    finally:
        return {}
@router.get("/11")
def in_loop(keys: list):
    for key in keys:
        try:
            find(key)
        except HTTPException:
            continue
    return {}
@router.get("/12")
def in_else(key: str):
    try:
        row = store.get(key)
    except HTTPException:
        return {}
    else:
        find(key)
"#,
        "re_raised missing none mixed not_required
         converted missing none canonical not_required
         by_tuple missing none silent not_required
         by_named_tuple missing none silent not_required
         wrong_class missing none bare not_required
         by_group missing none silent not_required
         by_suppress missing none silent not_required
         by_class missing none silent not_required
         by_generator missing none canonical not_required
         in_finally missing none silent not_required
         in_loop missing none silent not_required
         in_else missing none bare not_required",
    );
}

#[test]
fn subclasses_carry_what_their_constructors_pass_on() {
    check(
        r#"
class Enveloped(HTTPException):
    def __init__(self, code: str, status_code: int = 400) -> None:
        super().__init__(status_code=status_code, detail=envelope(code, status_code))

class Negative(Enveloped):
    def __init__(self) -> None:
        super().__init__("negative")

class Promised(HTTPException):
    def __init__(self, code: str) -> None:
        super().__init__(status_code=400, detail=f"envelope: {code}")

class Plain(HTTPException):
    pass

@router.get("/1")
def made(): raise Enveloped("x")
@router.get("/2")
def below(): raise Negative
@router.get("/3")
def promised(): raise Promised("x")
@router.get("/4")
def plain(): raise Plain(404, "none")
@router.get("/5")
def plain_enveloped(): raise Plain(status_code=404, detail=envelope("x", 404))
"#,
        "made missing none canonical not_required
         below missing none canonical not_required
         promised missing none bare not_required
         plain missing none bare not_required
         plain_enveloped missing none canonical not_required",
    );
}

#[test]
fn responses_are_errors_by_their_status() {
    check(
        r#"
@router.get("/1")
def refused(): return JSONResponse({"message": "no"}, status_code=400)
@router.get("/2")
def enveloped(): return JSONResponse(envelope("x", 404), status_code=status.HTTP_404_NOT_FOUND)
@router.get("/3")
def created(): return JSONResponse({}, status_code=201)
@router.get("/4")
def by_status(response: Response, number: int = 0):
    if number < 0:
        response.status_code = status.HTTP_400_BAD_REQUEST
        return {"message": "negative"}
    return {}
@router.get("/5")
def accepted(response: Response):
    response.status_code = 202
    return {}
@router.get("/6")
def almost(): raise HTTPException(400, detail={"error": {"code": "x", "message": "x"}})
"#,
        "refused missing none bare not_required
         enveloped missing none canonical not_required
         created missing none silent not_required
         by_status missing none bare not_required
         accepted missing none silent not_required
         almost missing none bare not_required",
    );
}

#[test]
fn what_a_handler_binds_keeps_its_body() {
    check(
        r#"
def find(key: str):
    if key == "a":
        fail("x", 404)
    return {}

def find_bare(key: str):
    raise HTTPException(404, "none")

@router.get("/1")
def wrapped_again(key: str):
    try:
        return find(key)
    except HTTPException as exc:
        raise HTTPException(status_code=exc.status_code, detail=exc.detail) from exc
@router.get("/2")
def wrapped_bare(key: str):
    try:
        return find_bare(key)
    except HTTPException as exc:
        raise HTTPException(status_code=exc.status_code, detail=exc.detail)
@router.get("/3")
def as_text(key: str):
    try:
        return find(key)
    except HTTPException as exc:
        raise HTTPException(status_code=400, detail=str(exc.detail))
@router.get("/4")
def as_response(key: str):
    try:
        return find(key)
    except HTTPException as exc:
        return JSONResponse(exc.detail, status_code=exc.status_code)
@router.get("/5")
def by_instance(key: str):
    try:
        return find(key)
    except Exception as exc:
        if isinstance(exc, HTTPException):
            raise
        raise HTTPException(500, "broken")
@router.get("/6")
def by_status_name(key: str):
    raise HTTPException(status_code=status.HTTP_404_NOT_FOUND, detail=envelope("x", 404))
@router.get("/7")
def by_choice(key: str):
    raise HTTPException(404, detail=envelope("x", 404) if key else "none")
"#,
        "wrapped_again missing none canonical not_required
         wrapped_bare missing none bare not_required
         as_text missing none bare not_required
         as_response missing none canonical not_required
         by_instance missing none mixed not_required
         by_status_name missing none canonical not_required
         by_choice missing none bare not_required",
    );
}
