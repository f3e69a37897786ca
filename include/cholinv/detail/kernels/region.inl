// All kernels, in the order in which they use each other, for one instruction set.
#include "pack.inl"

#include "tile.inl"

#include "panel.inl"

#include "block.inl"

#include "move.inl"

#include "tiny.inl"

#include "lane.inl"
