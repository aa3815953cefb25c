//! WebSockets: identity from the first message, refusals that close, loops that never return.

use super::check;

#[test]
fn a_hello_counts_where_a_credential_is_compared_with_it() {
    check(
        r#"
async def refuse(socket: WebSocket, code: str):
    await socket.send_json(envelope(code, 401))
    await socket.close(code=4003, reason=code)

@router.websocket("/1")
async def believed(socket: WebSocket):
    await socket.accept()
    hello = await socket.receive_json()
    ctx = RequestContext(hello["tenant_id"], "lab", "p")
    gates.run(ctx, "say", "x")
    store.put(ctx.tenant_id, hello)

@router.websocket("/2")
async def compared(socket: WebSocket, ticket: str = ""):
    await socket.accept()
    try:
        claims = validate_ticket(ticket)
    except TicketError:
        await refuse(socket, "auth.ticket_invalid")
        return
    hello = await socket.receive_json()
    ctx = RequestContext(hello["tenant_id"], "lab", "p")
    if ctx.tenant_id != claims["tenant_id"]:
        await refuse(socket, "auth.context_mismatch")
        return
    while True:
        message = await socket.receive_json()
        gates.run(ctx, "say", "x")
        store.put(ctx.tenant_id, message)

@router.websocket("/3")
async def half_gated(socket: WebSocket, ctx: Scope):
    await socket.accept()
    while True:
        message = await socket.receive_json()
        if message["type"] == "text":
            gates.run(ctx, "say", "x")
            store.put(ctx.tenant_id, message)
        elif message["type"] == "gesture":
            store.put(ctx.tenant_id, message)
"#,
        "believed missing none canonical enforced
         compared enforced required canonical enforced
         half_gated enforced none canonical missing",
    );
}
