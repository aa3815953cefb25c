import contextlib
import functools
import importlib
import os
from typing import Annotated, Optional

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Response, Security, WebSocket, status
from fastapi.responses import JSONResponse

from app.lib import (
    Auth, Gates, RequestContext, Store, TicketError, decode_token, envelope, fail, gates, get_auth_context,
    get_request_context, store, validate_ticket,
)

router = APIRouter()
Scope = Annotated[RequestContext, Depends(get_request_context)]


