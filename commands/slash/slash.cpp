// From payload to verb, button or form; answers; nothing is built from the clicked payload (R7.1).
#include "commands/slash/slash.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <span>

#include "commands/release/yaml.hpp"
#include "commands/slash/homes.hpp"
#include "commands/slash/late.hpp"
#include "commands/slash/menus.hpp"
#include "commands/slash/windows.hpp"
#include "commands/views/gate_card.hpp"
#include "commands/views/home.hpp"
#include "commands/views/modals.hpp"
#include "commands/views/replies.hpp"
#include "commands/views/start_window.hpp"
#include "commands/views/words.hpp"
#include "integrations/base/described.hpp"
#include "integrations/slack/blocks/desired_message.hpp"
#include "integrations/slack/blocks/modal.hpp"
#include "integrations/slack/methods.hpp"

namespace slipway::slash {
namespace {

struct found_project {
    project_pointer project;
    std::string words;  ///< what is left
};

/// By name at the front of the words, else by channel, else the only one there is.
result<found_project> find_project(desk& with, const std::string& channel, const std::string& words) {
    const auto [first, rest] = first_word(words);
    if (const auto named = with.project(first); named && !first.empty()) return found_project{named, rest};
    if (const auto why = with.why_disabled(first); !why.empty())
        return failure{errc::refused, "The project " + first + " is switched off: " + why};
    const auto names = with.project_names();
    for (const auto& each : names)
        if (const auto project = with.project(each); project && project->channel == channel)
            return found_project{project, words};
    if (names.size() == 1)
        if (const auto only = with.project(names.front())) return found_project{only, words};
    if (names.empty())
        return failure{errc::refused,
                       "No project can be used right now. `slipway check` says what is wrong with their files."};
    std::string list;
    for (const auto& each : names) list += (list.empty() ? "" : ", ") + each;
    return failure{errc::invalid,
                   "Which project? This channel belongs to none. Name it after the verb: `/release start PROJECT "
                   "VERSION`. There are: " +
                       list + "."};
}

answer refusal(const failure& why, const release::project_settings& project) {
    return views::refusal(why, views::names{project});
}

result<verb*> choose_verb(const std::string& word) {
    auto* found = find_verb(word.empty() ? "status" : word);
    if (found != nullptr) return found;
    std::vector<std::string> names;
    for (const auto& each : all_verbs()) names.push_back(each->name());
    const std::vector<std::string_view> candidates{names.begin(), names.end()};
    const auto near = nearest_word(word, candidates);
    return failure{errc::invalid, "I do not know `/release " + word + "`" +
                                      (near.empty() ? "" : "; did you mean `/release " + std::string{near} + "`?") +
                                      " `/release help` lists everything."};
}

/// Past the outbox, which is as far away as the rest of the database (R5.10).
task<> say_try_again(desk& with, slack::origin to, std::string channel, std::string inbox_id) {
    const auto sorry = views::reply(views::words::try_again());
    slack::message_body body;
    body.text = sorry.text;
    body.blocks = sorry.blocks;
    result<> told;
    if (!channel.empty()) {
        told = co_await slack::post_ephemeral(with.slack, channel, to.user, std::move(body));
    } else {
        const auto alone = co_await slack::open_conversation(with.slack, to.user);
        if (!alone) told = alone.error();
        if (alone) {
            const auto posted = co_await slack::post_message(with.slack, *alone, std::move(body));
            if (!posted) told = posted.error();
        }
    }
    if (!told) spdlog::error("envelope={} stays without an answer: {}", inbox_id, told.error().sentence());
}

/// Answers on their own, for what committed nothing or committed already.
task<> send_answers(desk& with, slack::origin to, std::string channel, std::vector<store::outbox_put> said,
                    std::string inbox_id) {
    store::batch changes;
    changes.outbox = std::move(said);
    changes.handled.push_back({"slack", inbox_id});
    // The envelope stays unhandled until its answer is stored: should this process end here, the next one begins again.
    constexpr int tell_after = 30;
    constexpr milliseconds pause{1'000};
    for (int tries = 1;; ++tries) {
        const auto committed = co_await with.memory.commit(changes);
        if (committed) co_return;
        spdlog::error("envelope={} answer cannot be stored yet: {}", inbox_id, committed.error().sentence());
        if (tries == tell_after) {
            co_await say_try_again(with, to, channel, inbox_id);
            // That was the answer. What was clicked must not be acted upon when everybody thinks that it was not.
            changes.outbox.clear();
        }
        co_await with.time.sleep(pause);
    }
}

task<> send_answer(desk& with, slack::origin to, std::string channel, answer said, std::string inbox_id) {
    conductor::companions parts;
    put_answer(parts, to, channel, said, inbox_id);
    co_await send_answers(with, std::move(to), std::move(channel), std::move(parts.messages), std::move(inbox_id));
}

/// A button that stands in no book of ours is kept for the audit (R8.4); that a note is lost stops nobody.
task<> note_forged(desk& with, slack::origin from, std::string button, std::string inbox_id) {
    constexpr int most_tries = 5;
    const std::string stream = "audit/forged";
    for (int i = 0; i < most_tries; ++i) {
        const auto known = co_await with.memory.read(stream);
        if (!known) co_return;
        const json::object data{{"button", button}, {"channel", from.channel}};
        store::batch changes;
        changes.appends.push_back({stream, static_cast<std::int64_t>(known->size()), {}});
        changes.appends.back().events.push_back(
            {"button_forged", data, from.team + "/" + from.user, "slack " + inbox_id, with.time.now()});
        const auto noted = co_await with.memory.commit(std::move(changes));
        if (noted || !(noted.error() == errc::moved)) co_return;
    }
}

bool is_refusal(const failure& why) {
    return why == errc::refused || why == errc::moved;
}

answer plain_refusal(const std::string& sentence) {
    static const release::project_settings nobody;
    return views::refusal(failure{errc::refused, sentence}, views::names{nobody});
}

/// What the inputs of a gate's form hold, by field id.
release::form_values answers_in(const slack::form_state& state) {
    release::form_values all;
    constexpr std::string_view prefix = views::input::field_prefix;
    for (const auto& each : state.all)
        if (each.block.starts_with(prefix) && each.action == slack::input_action_id)
            all[each.block.substr(prefix.size())] = each.values;
    return all;
}

/// What the person who is refused can press instead: the newest card, or a stop of what already runs (R3.6, R3.8).
task<std::optional<slack::element>> way_on(desk& with, conductor::state_pointer state, release::button pressed,
                                           release::actor who) {
    const auto* step = state->step(pressed.step);
    const bool answers = pressed.kind == "approve" || pressed.kind == "reject" || pressed.kind == "withdraw";
    if (!answers || step == nullptr || !step->gate) co_return std::nullopt;
    if (release::may_request_stop(*state, *step, who)) {
        std::vector<release::button> shown;  // the card carries the same button, so its row is there
        views::button_row row{shown};
        co_return slack::element{views::request_stop_button(*state, *step, row)};
    }
    const bool is_newest = step->gate->fingerprint == pressed.fingerprint;
    if (is_newest && step->gate->status == release::gate_status::open) co_return std::nullopt;
    auto key = state->id + "/" + step->id + "/gate/" + std::to_string(step->attempt) + "." +
               std::to_string(step->gate->number);
    slack::button card{is_newest ? "Open the card" : "Open the newest card", "slipway.open", {}};
    card.url = co_await link_to(with, std::move(key));
    if (card.url.empty()) co_return std::nullopt;
    co_return slack::element{card};
}

struct handler {
    desk& with;
    std::string inbox_id;

    task<> on(slack::slash_command typed);
    task<> on(slack::block_action clicked);
    task<> on(slack::view_submission sent);
    task<> on(slack::app_mention mentioned);
    task<> on(slack::app_home_opened opened);
    task<> on(slack::shortcut used);
    task<> on(slack::message_action used);
    /// What was typed, once it is known that it is no window that was asked for.
    task<> run_words(slack::slash_command typed);
    /// The window that was to open did not: says so, and that it can be asked for again.
    task<> say_not_opened(slack::origin to);
    /// A button that stands for something typed: `/release <choice> <item>` in that project.
    task<> run_verb(slack::origin from, release::button pressed);
    /// Decides a button's command and answers.
    task<> decide(slack::origin from, release::button pressed, form_words words);
    task<result<release::button>> button_of(std::string id, slack::origin from);
};

task<> handler::on(slack::slash_command typed) {
    // The window comes before everything else, while its trigger lives (R7.9).
    if (const auto project = wants_start_window(with, typed.from.channel, typed.text.raw())) {
        const auto opened = co_await open_start_window(with, typed.from, *project, typed.from.channel);
        if (opened) co_return;
    }
    co_await run_words(std::move(typed));
}

task<> handler::on(slack::shortcut used) {
    if (used.callback_id != "slipway_start") co_return;
    const auto project = wants_start_window(with, "", "");
    const auto opened = co_await open_start_window(with, used.from, project.value_or(""), "");
    if (!opened) co_await say_not_opened(used.from);
}

task<> handler::on(slack::message_action used) {
    if (used.callback_id != "slipway_note") co_return;
    const auto opened = co_await open_note_window(with, used);
    if (!opened) co_await say_not_opened(used.from);
}

task<> handler::on(slack::app_home_opened opened) {
    if (opened.tab == "home") co_await show_home(with, opened.from);
}

task<> handler::say_not_opened(slack::origin to) {
    const auto channel = to.channel;
    co_await send_answer(with, std::move(to), channel,
                         plain_refusal("Slack did not open the window in time; nothing was changed. Try it again."),
                         inbox_id);
}

task<> handler::run_words(slack::slash_command typed) {
    const auto [word, rest] = first_word(typed.text.raw());
    const auto chosen = choose_verb(word);
    if (!chosen) {
        co_await send_answer(with, typed.from, typed.from.channel, plain_refusal(chosen.error().sentence()), inbox_id);
        co_return;
    }
    const auto found = find_project(with, typed.from.channel, rest);
    if (!found) {
        co_await send_answer(with, typed.from, typed.from.channel, plain_refusal(found.error().sentence()), inbox_id);
        co_return;
    }
    asked question;
    question.project = found->project;
    question.who.who = {typed.from.team, typed.from.user};
    if ((*chosen)->acts()) question.who = co_await actor_of(with, found->project, typed.from.team, typed.from.user);
    question.channel = typed.from.channel;
    question.from = typed.from;
    question.words = found->words;
    question.inbox_id = inbox_id;
    const auto said = co_await (*chosen)->run(with, question);
    if (!said && *question.answered && is_refusal(said.error())) co_return;  // committed with the note of it
    auto shown = said ? *said : refusal(said.error(), *found->project);
    co_await send_answer(with, typed.from, typed.from.channel, std::move(shown), inbox_id);
}

task<result<release::button>> handler::button_of(std::string id, slack::origin from) {
    const auto row = co_await with.memory.document_of(conductor::button_collection, id);
    if (!row)
        co_return failure{errc::unavailable,
                          "I cannot look this button up right now; nothing was changed. Try again in a minute."};
    if (!*row) {
        spdlog::warn("envelope={} button={} is forged or from another workspace", inbox_id, id.substr(0, 80));
        co_await note_forged(with, from, id.substr(0, 80), inbox_id);
        co_return failure{errc::refused,
                          "This button is not from a release I know. `/release status` shows the current ones."};
    }
    co_return from_described<release::button>(json::value(**row));
}

task<> handler::on(slack::block_action clicked) {
    const bool chooses_project =
        clicked.view.callback_id == views::start_input::callback && clicked.block_id == views::start_input::project;
    if (chooses_project) {
        co_await follow_chosen_project(with, std::move(clicked));
        co_return;
    }
    if (clicked.action_id == views::start_action) {
        const auto project = wants_start_window(with, "", "");
        const auto opened = co_await open_start_window(with, clicked.from, project.value_or(""), clicked.from.channel);
        if (!opened) co_await say_not_opened(clicked.from);
        co_return;
    }
    if (!clicked.action_id.starts_with("slipway.")) co_return;
    const auto id = clicked.selected.empty() ? clicked.value : clicked.selected.front();
    if (id.empty()) co_return;  // a link button: nothing but the acknowledgement
    const auto pressed = co_await button_of(id, clicked.from);
    if (!pressed) {
        co_await send_answer(with, clicked.from, clicked.from.channel, plain_refusal(pressed.error().sentence()),
                             inbox_id);
        co_return;
    }
    if (pressed->kind == "verb") {
        co_await run_verb(clicked.from, *pressed);
        co_return;
    }
    const auto state = co_await with.releases.load(pressed->release);
    if (!state) {
        co_await send_answer(with, clicked.from, clicked.from.channel, plain_refusal(state.error().sentence()),
                             inbox_id);
        co_return;
    }
    const auto project = with.project((*state)->project);
    // The window comes first, while its trigger lives; only where it depends on who presses are their roles read
    // before.
    const bool depends = pressed->kind == "approve" || pressed->kind == "choose";
    release::actor who;
    if (project && depends) who = co_await actor_of(with, project, clicked.from.team, clicked.from.user);
    if (project && views::asks_for_words(**state, *pressed, who)) {
        const auto window = views::window_for(**state, *pressed, who, views::names{*project});
        if (!window) {
            co_await decide(clicked.from, *pressed, {});
            co_return;
        }
        const auto opened = co_await slack::open_view(with.slack, clicked.from.trigger_id, *window);
        if (opened) co_return;
        const auto sentence =
            "The form could not be opened (" + opened.error().sentence() + "). Press the button again.";
        co_await send_answer(with, clicked.from, clicked.from.channel, plain_refusal(sentence), inbox_id);
        co_return;
    }
    co_await decide(clicked.from, *pressed, {});
}

task<> handler::on(slack::view_submission sent) {
    if (!sent.view.callback_id.starts_with("slipway.")) co_return;
    if (auto typed = typed_in(sent)) {
        co_await run_words(std::move(*typed));
        co_return;
    }
    const auto pressed = co_await button_of(views::memory_of(sent.view.private_metadata).button_id, sent.from);
    if (!pressed) {
        spdlog::warn("envelope={} form refused: {}", inbox_id, pressed.error().sentence());
        co_await send_answer(with, sent.from, sent.from.channel, plain_refusal(pressed.error().sentence()), inbox_id);
        co_return;
    }
    form_words words;
    words.reason = sent.state.value_of(views::input::reason, "value");
    if (words.reason.empty()) words.reason = sent.state.value_of(views::input::note, "value");
    words.version = sent.state.value_of(views::input::version, "value");
    words.person = {sent.from.team, sent.state.value_of(views::input::person, "value")};
    words.answers = answers_in(sent.state);
    co_await decide(sent.from, *pressed, std::move(words));
}

task<> handler::decide(slack::origin from, release::button pressed, form_words words) {
    const auto state = co_await with.releases.load(pressed.release);
    const auto project = state ? with.project((*state)->project) : nullptr;
    if (!project) {
        const auto sentence =
            state ? "The project " + (*state)->project + " is switched off: " + with.why_disabled((*state)->project)
                  : state.error().sentence();
        co_await send_answer(with, from, from.channel, plain_refusal(sentence), inbox_id);
        co_return;
    }
    // Somebody of another workspace (a shared channel) is a stranger here, whatever their user id (R8.4). Within one
    // Enterprise organisation the ids are unique, and its people may belong to several workspaces.
    const bool foreign = from.enterprise.empty() && !from.team.empty() && from.team != (*state)->team;
    if (foreign) {
        spdlog::warn("envelope={} release={} refused: user={} is of workspace {}", inbox_id, pressed.release, from.user,
                     from.team);
        co_await note_forged(with, from, release::id_of(pressed), inbox_id);
        co_await send_answer(with, from, from.channel,
                             plain_refusal("This release belongs to another workspace; only its people can act on it."),
                             inbox_id);
        co_return;
    }
    const auto channel = from.channel.empty() ? (*state)->channel : from.channel;
    if (!words.person.empty() && project->roles_of(words.person.user).empty()) words.person = {};  // a stranger
    const auto command = command_of(pressed, words);
    if (!command) {
        co_await send_answer(with, from, channel, refusal(command.error(), *project), inbox_id);
        co_return;
    }
    const auto answered = std::make_shared<bool>(false);
    const auto who = co_await actor_of(with, project, from.team, from.user);
    const auto next = co_await way_on(with, *state, pressed, who);
    auto parts = answering(from, channel, inbox_id, project, answered, next);
    const auto after =
        co_await with.releases.ask(pressed.release, *command, who, "slack " + inbox_id, std::move(parts));
    if (!after && *answered && is_refusal(after.error())) co_return;  // committed with the note of it
    if (!after) {
        co_await send_answer(with, from, channel, refusal(after.error(), *project), inbox_id);
        co_return;
    }
    // The card itself is the answer; a word more only while the gate still waits for others.
    const auto* step = (*after)->step(pressed.step);
    const bool waits =
        pressed.kind == "approve" && step != nullptr && step->gate && step->gate->status == release::gate_status::open;
    if (waits)
        co_await send_answer(with, from, channel,
                             views::reply(views::words::approved_waiting(**after, *step, views::names{*project})),
                             inbox_id);
}

task<> handler::run_verb(slack::origin from, release::button pressed) {
    slack::slash_command typed;
    typed.from = from;
    typed.command = "/release";
    auto project = pressed.step;  // of a card that belongs to no release
    if (!pressed.release.empty()) {
        const auto state = co_await with.releases.load(pressed.release);
        if (!state) {
            co_await send_answer(with, from, from.channel, plain_refusal(state.error().sentence()), inbox_id);
            co_return;
        }
        project = (*state)->project;
    }
    typed.text = untrusted{pressed.choice + " " + project + " " + pressed.item};
    co_await run_words(std::move(typed));
}

task<> handler::on(slack::app_mention mentioned) {
    // "@slipway status" is the command without its slash; the mention itself is the first word.
    if (is_late(mentioned)) {
        std::vector<store::outbox_put> said{late_answer(mentioned, inbox_id)};
        co_await send_answers(with, mentioned.from, mentioned.from.channel, std::move(said), inbox_id);
        co_return;
    }
    const auto [mention, rest] = first_word(mentioned.text.raw());
    slack::slash_command typed;
    typed.from = mentioned.from;
    typed.command = "/release";
    typed.text = untrusted{rest};
    co_await run_words(std::move(typed));
}

}  // namespace

void put_answer(conductor::companions& into, const slack::origin& to, const std::string& channel, const answer& said,
                const std::string& inbox_id) {
    json::object body;
    std::string lane;
    if (!to.response_url.empty()) {
        const slack::desired_response wish{to.response_url, said.text, said.blocks, false, false};
        body = slack::to_json(wish);
        lane = slack::lane_of(wish);
    } else if (channel.empty()) {
        slack::desired_message wish;
        wish.user = to.user;
        wish.text = said.text;
        wish.blocks = said.blocks;
        body = slack::to_json(wish);
        lane = slack::lane_of(wish);
    } else {
        const slack::desired_ephemeral wish{channel, to.user, "", said.text, said.blocks};
        body = slack::to_json(wish);
        lane = slack::lane_of(wish);
    }
    into.messages.push_back({"answer/" + inbox_id, lane, slack::priority::answer, std::move(body), std::nullopt});
    for (std::size_t i = 0; i < said.thread_parts.size(); ++i)
        put_answer(into, to, channel, said.thread_parts[i], inbox_id + "/" + std::to_string(i + 2));
}

conductor::companions answering(const slack::origin& to, const std::string& channel, const std::string& inbox_id,
                                project_pointer project, std::shared_ptr<bool> answered,
                                std::optional<slack::element> next) {
    conductor::companions with;
    with.handled.push_back({"slack", inbox_id});
    with.when_refused = [to, channel, inbox_id, project, answered, next](const failure& why) {
        conductor::companions parts;
        put_answer(parts, to, channel, views::refusal(why, views::names{*project}, next), inbox_id);
        *answered = true;
        return std::move(parts.messages);
    };
    return with;
}

std::optional<json::object> answer_at_once(const slack::payload& what) {
    const auto* sent = std::get_if<slack::view_submission>(&what);
    if (sent == nullptr || !sent->view.callback_id.starts_with("slipway.")) return std::nullopt;
    const auto memory = views::memory_of(sent->view.private_metadata);
    json::object errors;
    if (!memory.version.empty() && sent->state.value_of(views::input::version, "value") != memory.version)
        errors[views::input::version] = "Type " + memory.version + ", exactly; nothing was changed.";
    const auto schema = release::schema_from(memory.schema);  // none: a window without a form
    for (const auto& [id, sentence] :
         release::check_answers(schema ? *schema : std::vector<release::form_field>{}, answers_in(sent->state)))
        errors[views::input::field_prefix + id] = sentence;
    if (errors.empty()) return std::nullopt;
    return json::object{{"response_action", "errors"}, {"errors", std::move(errors)}};
}

std::optional<json::object> acknowledgement_of(const desk& with, const slack::payload& what) {
    if (const auto* asked = std::get_if<slack::block_suggestion>(&what)) return menu_options(with, *asked);
    if (const auto* sent = std::get_if<slack::view_submission>(&what)) {
        auto faults = faults_of(with, *sent);
        if (!faults.empty()) return json::object{{"response_action", "errors"}, {"errors", std::move(faults)}};
    }
    return answer_at_once(what);
}

task<> handle(desk& with, slack::payload what, std::string inbox_id) {
    handler here{with, inbox_id};
    if (auto* typed = std::get_if<slack::slash_command>(&what)) {
        co_await here.on(std::move(*typed));
    } else if (auto* clicked = std::get_if<slack::block_action>(&what)) {
        const bool at_home = clicked->view.callback_id == views::home_callback;
        const auto from = clicked->from;
        co_await here.on(std::move(*clicked));
        if (at_home) co_await show_home(with, from);
    } else if (auto* opened = std::get_if<slack::app_home_opened>(&what)) {
        co_await here.on(std::move(*opened));
    } else if (auto* chosen = std::get_if<slack::shortcut>(&what)) {
        co_await here.on(std::move(*chosen));
    } else if (auto* used = std::get_if<slack::message_action>(&what)) {
        co_await here.on(std::move(*used));
    } else if (auto* sent = std::get_if<slack::view_submission>(&what)) {
        co_await here.on(std::move(*sent));
    } else if (auto* mentioned = std::get_if<slack::app_mention>(&what)) {
        co_await here.on(std::move(*mentioned));
    } else {
        spdlog::debug("envelope={} payload={} needs nothing", inbox_id, slack::describe(what));
    }
}

}  // namespace slipway::slash
