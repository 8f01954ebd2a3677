//! Nodes in a small bad world: the reference nodes must come through, the zoo must be seen through.

mod judges;
mod simulation;
mod world;
mod zoo;
