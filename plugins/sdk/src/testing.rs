//! A host for a plugin's own tests: named queries are answered by a closure.

use crate::export::{self, Handlers, TEST_HOST};
use crate::{Fault, abi};
use serde_json::{Value, json};

/// Calls a handler as the portal does, with `answer(query name, params)` in place of the
/// database. Returns the status and the JSON reply.
pub fn call(
    handlers: &Handlers,
    op: u32,
    request: &Value,
    answer: impl Fn(&str, &Value) -> Vec<Value> + 'static,
) -> (i32, Value) {
    let host = move |op: u32, request: &Value| -> Result<Value, Fault> {
        if op != abi::QUERY {
            return Ok(json!({}));
        }
        let rows = answer(request["name"].as_str().unwrap_or(""), &request["params"]);
        Ok(json!({"rows": rows}))
    };
    TEST_HOST.with(|slot| *slot.borrow_mut() = Some(Box::new(host)));
    let body = request.to_string();
    let mut reply: Vec<u8> = Vec::new();
    let ctx = (&raw mut reply).cast();
    let request = abi::Bytes::of(body.as_bytes());
    let status = export::call(handlers, 1, op, request, abi::into_vec, ctx);
    TEST_HOST.with(|slot| *slot.borrow_mut() = None);
    (status, serde_json::from_slice(&reply).unwrap_or(Value::Null))
}
