// From a button's action row to the command it stands for.
#include "commands/slash/slash.hpp"

namespace slipway::slash {

result<release::command> command_of(const release::button& pressed, const form_words& words) {
    const auto& kind = pressed.kind;
    const auto& reason = words.reason;
    if (kind == "approve") return release::command{release::approve{pressed.step, pressed.fingerprint, words.answers}};
    if (kind == "reject") return release::command{release::reject{pressed.step, pressed.fingerprint, reason}};
    if (kind == "withdraw") return release::command{release::withdraw{pressed.step, pressed.fingerprint}};
    if (kind == "choose")
        return release::command{
            release::choose{pressed.step, pressed.item, pressed.choice, pressed.fingerprint, reason}};
    if (kind == "delegate")
        return release::command{release::delegate{pressed.step, pressed.item, words.person, reason}};
    if (kind == "request_stop") return release::command{release::request_stop{pressed.step, reason}};
    if (kind == "break_glass")
        return release::command{release::break_glass{pressed.step, pressed.fingerprint, words.version, reason}};
    if (kind == "hold") return release::command{release::hold{reason}};
    if (kind == "propose_rollback") return release::command{release::propose_rollback{pressed.step}};
    if (kind == "resume") return release::command{release::resume{}};
    if (kind == "abort") return release::command{release::abort{words.version, reason}};
    if (kind == "retry") return release::command{release::retry{pressed.step}};
    if (kind == "skip") return release::command{release::skip{pressed.step, reason}};
    if (kind == "treat_as_done") return release::command{release::treat_as_done{pressed.step, pressed.item, reason}};
    if (kind == "run_again") return release::command{release::run_again{pressed.step, pressed.item}};
    if (kind == "edit_notes") return release::command{release::edit_notes{pressed.fingerprint, reason}};
    if (kind == "note") return release::command{release::add_note{reason}};
    return failure{errc::invalid,
                   "This button is of a kind (" + kind +
                       ") that this version of Slipway does not know. `/release status` shows the current ones."};
}

}  // namespace slipway::slash
