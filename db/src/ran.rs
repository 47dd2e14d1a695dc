//! Which statements a task runs, for tests that compare two of them: what a stranger asks must cost the
//! same whether there is somebody or not. Where nobody listens nothing is kept.

use std::sync::{Arc, Mutex, PoisonError};

tokio::task_local! {
    static RAN: Arc<Mutex<Vec<String>>>;
}

/// The answer of a future and the statements that it ran, in order.
pub async fn ran<T>(of: impl Future<Output = T>) -> (T, Vec<String>) {
    let list = Arc::new(Mutex::new(Vec::new()));
    let answer = RAN.scope(list.clone(), of).await;
    let ran = std::mem::take(&mut *list.lock().unwrap_or_else(PoisonError::into_inner));
    (answer, ran)
}

pub(crate) fn note(sql: &str) {
    let keep = |list: &Arc<Mutex<Vec<String>>>| {
        list.lock().unwrap_or_else(PoisonError::into_inner).push(sql.to_owned());
    };
    RAN.try_with(keep).ok();
}
