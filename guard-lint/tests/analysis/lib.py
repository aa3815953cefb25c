import hmac
from dataclasses import dataclass
from typing import Optional

from fastapi import Header, HTTPException
from pydantic import BaseModel


@dataclass
class RequestContext:
    tenant_id: str
    mode: str
    project_id: str


class Inner(BaseModel):
    code: str
    message: str
    http_status: int
    gate: Optional[str] = None
    action_name: Optional[str] = None
    resource_kind: Optional[str] = None
    details: dict = {}


class ErrorEnvelope(BaseModel):
    error: Inner


def envelope(code: str, status: int) -> dict:
    return ErrorEnvelope(error=Inner(code=code, message=code, http_status=status)).model_dump()


def fail(code: str, status: int = 400) -> HTTPException:
    raise HTTPException(status_code=status, detail=envelope(code, status))


def get_request_context(
    mode: Optional[str] = Header(None, alias="X-Mode"),
    tenant: Optional[str] = Header(None, alias="X-Tenant-Id"),
    project: Optional[str] = Header(None, alias="X-Project-Id"),
) -> RequestContext:
    if not mode or not tenant or not project:
        fail("auth.context_missing")
    return RequestContext(tenant, mode, project)


class TicketError(ValueError):
    pass


class Auth:
    def __init__(self, tenant_id: str) -> None:
        self.tenant_id = tenant_id


def decode_token(token: str) -> Auth:
    if not hmac.compare_digest(token, "x"):
        raise TicketError("signature")
    return Auth(token)


def get_auth_context(authorization: Optional[str] = Header(None)) -> Auth:
    if not authorization:
        fail("auth.token_missing", 401)
    return decode_token(authorization)


def validate_ticket(ticket: str) -> dict:
    if not hmac.compare_digest(ticket, "x"):
        raise TicketError("signature")
    return {"tenant_id": ticket}


class Gates:
    def run(self, ctx: RequestContext, action: str, surface: str, subject: Optional[str] = None) -> None:
        if action == "forbidden":
            fail("kill_switch.blocked", 403)


gates = Gates()


class Store:
    def __init__(self) -> None:
        self.rows: dict = {}

    def get(self, key: str) -> Optional[dict]:
        return self.rows.get(key)

    def put(self, key: str, row: dict) -> dict:
        self.rows[key] = row
        return row


store = Store()
