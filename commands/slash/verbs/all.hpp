// One create function a verb; verbs.cpp is the table.
#pragma once

#include "commands/slash/verb.hpp"

namespace slipway::slash {

std::unique_ptr<verb> create_start();
std::unique_ptr<verb> create_status();
std::unique_ptr<verb> create_plan();
std::unique_ptr<verb> create_notes();
std::unique_ptr<verb> create_note();
std::unique_ptr<verb> create_hold();
std::unique_ptr<verb> create_resume();
std::unique_ptr<verb> create_retry();
std::unique_ptr<verb> create_skip();
std::unique_ptr<verb> create_abort();
std::unique_ptr<verb> create_approve();
std::unique_ptr<verb> create_reject();
std::unique_ptr<verb> create_break_glass();
std::unique_ptr<verb> create_why();
std::unique_ptr<verb> create_errors();
std::unique_ptr<verb> create_link();
std::unique_ptr<verb> create_history();
std::unique_ptr<verb> create_help();
std::unique_ptr<verb> create_lock();
std::unique_ptr<verb> create_unlock();
std::unique_ptr<verb> create_freeze();
std::unique_ptr<verb> create_queue();
std::unique_ptr<verb> create_rollback();
std::unique_ptr<verb> create_hotfix();
std::unique_ptr<verb> create_train();

}  // namespace slipway::slash
