// What every start shares: pins, checklist, number of the attempt; and whose turn it is in the queue.
#pragma once

#include "commands/slash/verb.hpp"

namespace slipway::slash {

/// A start of that version as the outside world is now. Not begun.
task<result<release::start>> prepare_start(desk& with, project_pointer project, release::person_id by,
                                           std::string version);
/// The parts that do not depend on what is started.
release::start common_start(const release::project_settings& project, const release::person_id& by);
/// Who comes second gets the way to the release that is there (R1.1).
task<result<answer>> busy_answer(desk& with, project_pointer project, std::string holder);

/// Begins what stands first in the queue, when the project's place is free (R4.9). Its pins are read again; what cannot
/// begin any more is dropped, and whoever asked is told by direct message.
task<result<>> promote(desk& with, std::string project);

}  // namespace slipway::slash
