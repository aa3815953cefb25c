mod chat {
    pub async fn send() {}
}

async fn show() {}

fn main() {
    let _: [guard::registry::Route; 2] = guard::routes![chat::send, show];
}
