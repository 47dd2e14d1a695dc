//! A parameter of a statement. Nulls keep their type, because PostgreSQL asks for it.

/// One bound parameter or one column of a result.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Text(Option<String>),
    Int(Option<i64>),
    Bool(Option<bool>),
    Bytes(Option<Vec<u8>>),
}

macro_rules! from {
    ($($type:ty => $variant:ident by $convert:expr),* $(,)?) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self { Value::$variant(Some($convert(value))) }
        }
        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Self { Value::$variant(value.map($convert)) }
        }
    )*};
}

from! {
    String => Text by |v| v,
    &String => Text by |v: &String| v.clone(),
    &str => Text by |v: &str| v.to_owned(),
    i64 => Int by |v| v,
    i32 => Int by i64::from,
    u32 => Int by i64::from,
    bool => Bool by |v| v,
    Vec<u8> => Bytes by |v| v,
    &[u8] => Bytes by |v: &[u8]| v.to_vec(),
    [u8; 32] => Bytes by |v: [u8; 32]| v.to_vec(),
}
