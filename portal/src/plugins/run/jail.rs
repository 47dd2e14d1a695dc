//! The walls around a runner's process. It closes them itself, before the library's first line runs,
//! and narrower once it is loaded. Each holds alone: what a system call may be (seccomp), what a path
//! may be (Landlock), how much there may be (rlimits). docs/plugins/walls.md says which stops what.

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset,
    RulesetAttr, RulesetCreatedAttr, RulesetStatus, Scope,
};
use rustix::process::{DumpableBehavior, Resource, Rlimit, Signal};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule,
};
use std::collections::BTreeMap;
use std::path::Path;

/// The most that a runner may hold, in bytes of memory of its own.
const MEMORY: u64 = 256 * 1024 * 1024;
/// The most files and sockets that it may hold.
const FILES: u64 = 64;

/// Where the system keeps the libraries that a plugin is linked with.
const LIBRARIES: [&str; 6] =
    ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache"];

/// What a runner does while it serves: it reads and writes its socket, waits, asks for memory, and
/// ends.
const SERVING: &[i64] = &[
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_futex,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_getrandom,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_rt_sigreturn,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigaction,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_close,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// What it does besides until its library is loaded and its threads have begun.
const LOADING: &[i64] = &[
    libc::SYS_openat,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_pread64,
    libc::SYS_lseek,
    libc::SYS_readlinkat,
    libc::SYS_getcwd,
    libc::SYS_dup3,
    libc::SYS_seccomp,
    libc::SYS_landlock_create_ruleset,
    libc::SYS_landlock_add_rule,
    libc::SYS_landlock_restrict_self,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    // Answered with "not here": then threads begin by the call whose flags can be looked at.
    libc::SYS_clone3,
];

/// Closes what can be closed before the library is loaded, or a file is looked at.
///
/// # Errors
/// What this kernel does not do: then the library is not loaded.
pub fn before_loading(library: Option<&Path>, without_landlock: bool) -> Result<(), String> {
    let cannot = |what: &str, error: &dyn std::fmt::Display| {
        Err(format!("a runner cannot be confined here ({what}: {error})"))
    };
    // It ends with the portal, whatever the library does; and nobody of the same user looks into it.
    let closed = rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
        .and_then(|()| rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable))
        .and_then(|()| rustix::thread::set_no_new_privs(true));
    if let Err(error) = closed {
        return cannot("prctl", &error);
    }
    let limits = [
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        (Resource::Nofile, FILES),
        (Resource::Data, MEMORY),
        (Resource::Memlock, 0),
        (Resource::Msgqueue, 0),
    ];
    for (resource, most) in limits {
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        if let Err(error) = rustix::process::setrlimit(resource, limit) {
            return cannot("setrlimit", &error);
        }
    }
    if let Err(error) = paths(library)
        && !without_landlock
    {
        return cannot("Landlock", &error);
    }
    let mut allowed = SERVING.to_vec();
    allowed.extend(LOADING);
    allowed.extend(ONLY_HERE);
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = plain(&allowed);
    let closed = rule_for_threads()
        .and_then(|rule| {
            rules.insert(libc::SYS_clone, vec![rule]);
            rules.insert(libc::SYS_mmap, vec![SeccompRule::new(vec![of_its_own()?])?]);
            rules.insert(libc::SYS_mprotect, Vec::new());
            rules.insert(libc::SYS_tgkill, vec![to_itself()?]);
            rules.insert(libc::SYS_prlimit64, one_of(0, &[0])?);
            let asks = [libc::F_GETFD, libc::F_SETFD, libc::F_GETFL, libc::F_DUPFD_CLOEXEC];
            rules.insert(libc::SYS_fcntl, one_of(1, &asks)?);
            rules.insert(libc::SYS_prctl, one_of(0, &NAMES)?);
            Ok(())
        })
        .and_then(|()| apply(rules, SeccompAction::KillProcess, SeccompAction::Allow, false))
        .and_then(|()| {
            let absent = SeccompAction::Errno(libc::ENOSYS as u32);
            apply(plain(&[libc::SYS_clone3]), SeccompAction::Allow, absent, false)
        });
    closed.or_else(|why| cannot("seccomp", &why))
}

/// Closes the rest, for all threads, once the library is loaded and the threads have begun.
///
/// # Errors
/// What this kernel does not do: then nothing is served.
pub fn before_serving() -> Result<(), String> {
    let mut rules = plain(SERVING);
    let closed = no_code().and_then(|no_code| {
        rules.insert(libc::SYS_mmap, vec![SeccompRule::new(vec![no_code.clone(), of_its_own()?])?]);
        rules.insert(libc::SYS_mprotect, vec![SeccompRule::new(vec![no_code])?]);
        rules.insert(libc::SYS_tgkill, vec![to_itself()?]);
        // Builds for debugging ask whether a descriptor is open before they close it.
        rules.insert(libc::SYS_fcntl, one_of(1, &[libc::F_GETFD])?);
        apply(rules, SeccompAction::KillProcess, SeccompAction::Allow, true)
    });
    closed.map_err(|why| format!("a runner cannot be confined here (seccomp: {why})"))
}

/// Of the file system only the library and what it is linked with, to be read; no address, and no
/// process outside. A kernel that knows nothing of it lets a library read whatever the portal may while
/// it loads: there none is loaded, unless the operator says so.
fn paths(library: Option<&Path>) -> Result<(), String> {
    let said = |error: landlock::RulesetError| error.to_string();
    let read = AccessFs::from_read(ABI::V1);
    let mut ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(ABI::V5))
        .and_then(|ruleset| ruleset.handle_access(AccessNet::from_all(ABI::V5)))
        .and_then(|ruleset| ruleset.scope(Scope::from_all(ABI::V6)))
        .and_then(|ruleset| ruleset.create())
        .map_err(said)?;
    for place in LIBRARIES.iter().map(Path::new).chain(library) {
        if let Ok(file) = PathFd::new(place) {
            let access = if place.is_dir() { read } else { read & AccessFs::from_file(ABI::V1) };
            ruleset = ruleset.add_rule(PathBeneath::new(file, access)).map_err(said)?;
        }
    }
    match ruleset.restrict_self().map_err(said)?.ruleset {
        RulesetStatus::NotEnforced => {
            Err("this kernel does not have it; see plugins.needs_landlock".to_owned())
        }
        RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => Ok(()),
    }
}

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// These calls, whatever their arguments.
fn plain(calls: &[i64]) -> Rules {
    calls.iter().map(|call| (*call, Vec::new())).collect()
}

/// A thread, and no process: it shares memory with the one that begins it.
fn rule_for_threads() -> Result<SeccompRule, seccompiler::BackendError> {
    let flags = (libc::CLONE_VM | libc::CLONE_THREAD | libc::CLONE_SIGHAND) as u64;
    let shares = SeccompCmpOp::MaskedEq(flags);
    SeccompRule::new(vec![SeccompCondition::new(0, SeccompCmpArgLen::Qword, shares, flags)?])
}

/// Memory that is no code.
fn no_code() -> Result<SeccompCondition, seccompiler::BackendError> {
    let code = SeccompCmpOp::MaskedEq(libc::PROT_EXEC as u64);
    SeccompCondition::new(2, SeccompCmpArgLen::Dword, code, 0)
}

/// Memory that counts as its own: what is shared or grows by itself has no limit.
fn of_its_own() -> Result<SeccompCondition, seccompiler::BackendError> {
    let others = SeccompCmpOp::MaskedEq((libc::MAP_SHARED | libc::MAP_GROWSDOWN) as u64);
    SeccompCondition::new(3, SeccompCmpArgLen::Dword, others, 0)
}

/// Signals to itself: how a process aborts.
fn to_itself() -> Result<SeccompRule, seccompiler::BackendError> {
    let own = u64::from(std::process::id());
    let condition = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, own)?;
    SeccompRule::new(vec![condition])
}

/// An argument that is one of these.
fn one_of(argument: u8, values: &[i32]) -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
    let rule = |value: &i32| {
        let value = u64::try_from(*value).unwrap_or_default();
        let is = SeccompCmpOp::Eq;
        let condition = SeccompCondition::new(argument, SeccompCmpArgLen::Dword, is, value)?;
        SeccompRule::new(vec![condition])
    };
    values.iter().map(rule).collect()
}

/// What a thread may say of itself while it begins: its name, that it wants no new rights, and what its
/// memory is called. Not when it ends with whom, nor who may look into it.
const NAMES: [i32; 3] = [libc::PR_SET_NAME, libc::PR_SET_NO_NEW_PRIVS, libc::PR_SET_VMA];

fn apply(
    rules: Rules,
    otherwise: SeccompAction,
    matched: SeccompAction,
    all_threads: bool,
) -> Result<(), seccompiler::BackendError> {
    let arch = std::env::consts::ARCH.try_into()?;
    let program: BpfProgram = SeccompFilter::new(rules, otherwise, matched, arch)?.try_into()?;
    let applied = match all_threads {
        true => seccompiler::apply_filter_all_threads(&program),
        false => seccompiler::apply_filter(&program),
    };
    // Its own words are those of the system call.
    applied.map_err(|_| seccompiler::BackendError::EmptyRule)
}

/// Calls that only this processor has.
#[cfg(target_arch = "x86_64")]
const ONLY_HERE: &[i64] = &[
    libc::SYS_open,
    libc::SYS_stat,
    libc::SYS_readlink,
    libc::SYS_access,
    libc::SYS_arch_prctl,
    libc::SYS_dup2,
];
#[cfg(not(target_arch = "x86_64"))]
const ONLY_HERE: &[i64] = &[];
