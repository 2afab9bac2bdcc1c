// Objects on their way between two clones that cannot reach each other: what no remote has yet, as the bytes of a pack.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "integrations/git/repository.hpp"

namespace slipway::git {

/// Everything reachable from one object that no branch of the remote contains.
struct parcel {
    std::string pack;              ///< as git's pack format has it; "" = the remote has everything
    std::vector<object_id> needs;  ///< commits that must be there before it is unpacked
};

/// What `directory` has of `id` (a commit or an annotated tag) beyond its refs/remotes/origin/*.
task<result<parcel>> pack_unpublished(asio::thread_pool& pool, std::string directory, object_id id);
/// Adds the objects of a pack; those that are there already are no failure.
task<result<>> unpack(asio::thread_pool& pool, std::string directory, std::string pack);
task<result<bool>> has_objects(asio::thread_pool& pool, std::string directory, std::vector<object_id> ids);

/// Asked before a reference moves, or goes (`to` is ""); its failure stops the move and is the caller's answer.
using ref_gate = std::function<task<result<>>(std::string name, object_id to, object_id expected)>;

/// Like open_repository, with a gate before every change of a reference. What the gate refers to outlives it.
task<result<std::unique_ptr<repository>>> open_repository(asio::thread_pool& pool, std::string directory,
                                                          ref_gate before_move);

}  // namespace slipway::git
