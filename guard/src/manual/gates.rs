//! Gates, budget and audit: what stands before a change, and what is remembered of it.
#![doc = include_str!("../../docs/manual/gates.md")]
//!
//! [`ActionGate`]: crate::gate::ActionGate
//! [`Chain`]: crate::gate::Chain
//! [`Chain::idle`]: crate::gate::Chain::idle
//! [`ChainBuilder::policies`]: crate::gate::ChainBuilder::policies
//! [`ChainBuilder::tell`]: crate::gate::ChainBuilder::tell
//! [`ChainBuilder::most_of_tenant`]: crate::gate::ChainBuilder::most_of_tenant
//! [`ChainBuilder::most_running`]: crate::gate::ChainBuilder::most_running
//! [`GateChain`]: crate::gate::GateChain
//! [`Policies::killed`]: crate::gate::Policies::killed
//! [`Policies::put`]: crate::gate::Policies::put
//! [`audit`]: crate::audit
//! [`budget`]: crate::budget
//! [`rules`]: crate::gate::rules
