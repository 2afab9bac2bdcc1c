#include "corpus.hpp"

#include "commands/errors/actions.hpp"
#include "commands/views/board.hpp"
#include "commands/views/error_cards.hpp"
#include "commands/views/gate_card.hpp"
#include "commands/views/home.hpp"
#include "commands/views/items_card.hpp"
#include "commands/views/modals.hpp"
#include "commands/views/plan.hpp"
#include "commands/views/posts.hpp"
#include "commands/views/replies.hpp"
#include "commands/views/sign_off_posts.hpp"
#include "commands/views/start_window.hpp"
#include "commands/views/step_card.hpp"
#include "commands/views/ways_back.hpp"
#include "commands/views/words.hpp"
#include "sample.hpp"

namespace corpus {
namespace {

using namespace slipway;
using namespace sample;
using release::item_status;
using release::step_status;

/// One walk through everything that is shown.
class walk {
public:
    explicit walk(const text_source& others) : others_{others} {
        settings_.title = others();
        for (auto& each : settings_.people) each.name = others();
        settings_.people[3].name.clear();  // somebody without a name is not called either
    }

    std::vector<specimen> take() && { return std::move(made_); }

    void all() {
        boards();
        gates();
        items();
        steps();
        errors();
        posts();
        ways_back();
        replies();
        windows();
        homes();
    }

private:
    // ── states ───────────────────────────────────────────────────────────────────────────────────────────────────

    release::release_state begun() {
        auto state = started();
        state.facts["milestone_title"] = others_();
        state.facts["previous_tag"] = others_();
        state.facts["changelog_plan"] = changelog();
        for (auto& each : state.plan.steps) each.title = others_();
        state.notes.push_back({person("UBO"), untrusted{others_()}, noon});
        return state;
    }
    json::object changelog() {
        json::object made;
        made["entry"] = "## 1.4.0\n\n### " + others_() + "\n- " + others_() + " (!12)\n";
        return made;
    }
    release::release_state asking(release::gate_status status) {
        auto state = begun();
        auto gate = open_gate(others_(), {{"dba", person("UBO"), noon}, {"release-manager", std::nullopt, {}}});
        gate.seats[0].answers["ticket"] = others_();
        gate.reason = others_();
        gate.closed_by = person("UCHI");
        gate.closed_at = noon;
        gate.reminded = noon;
        gate.shortage = others_();
        state = release::apply(std::move(state), release::gate_opened{"build", gate});
        state.step("build")->gate->status = status;
        state.step("build")->look = release::look_state{"f", others_(), {others_(), others_()}, {}, noon};
        state.decisions.push_back({noon, person("UBO"), others_()});
        state.broken.push_back({"build", person("UANA"), others_(), noon});
        return state;
    }
    release::item_state item(int number, item_status status) {
        auto made = merge_request(number, others_());
        made.url = number % 2 == 0 ? others_() : made.url;
        made.details = {others_(), others_()};
        made.body = number == 1 ? others_() : "";
        made.asks = {person("UEVE")};
        made.delegated = release::delegation{person("UCHI"), person("UANA"), others_(), noon};
        made.status = status;
        made.by = person("UANA");
        made.reason = others_();
        made.text = others_();
        made.instead_of = {person("UEVE")};
        made.choices[0].label = others_();
        return made;
    }
    release::release_state choosing() {
        auto state = begun();
        release::look_recorded seen;
        seen.step = "merge-requests";
        seen.found.summary = others_();
        int number = 0;
        for (const auto status : {item_status::open, item_status::running, item_status::done, item_status::failed,
                                  item_status::errored, item_status::unknown_outcome, item_status::open})
            seen.items.push_back(item(++number, status));
        state = release::apply(std::move(state), seen);
        number = 0;
        for (auto& each : state.step("merge-requests")->items) each.status = seen.items[number++].status;
        return state;
    }
    release::release_state stopped(const std::string& step, step_status status) {
        auto state = begun();
        state = release::apply(std::move(state), release::step_intended{step, 1, "key", noon});
        release::step_ended ended;
        ended.step = step;
        ended.status = status;
        ended.text = others_();
        ended.detail = others_() + "\n" + others_();
        ended.at = noon;
        state = release::apply(std::move(state), ended);
        state.step(step)->by = person("UBO");
        state.step(step)->reason = others_();
        return state;
    }
    json::object group(const std::string& assignee) {
        json::object made{{"hash", "0123456789abcdef0123456789abcdef"},
                          {"title", others_()},
                          {"what", "new"},
                          {"before", 0},
                          {"after", 50'000},
                          {"why", others_()},
                          {"issue", 31},
                          {"url", "https://git.example/shop/-/issues/31"},
                          {"how", "created"},
                          {"assignee", others_()},
                          {"assignee_slack", assignee},
                          {"because", others_()}};
        json::array reasons;
        reasons.emplace_back(others_());
        json::object suspect{{"name", others_()}, {"username", others_()}, {"confidence", 0.7}, {"request", 12}};
        suspect["reasons"] = std::move(reasons);
        made["suspects"] = json::array{json::value(std::move(suspect))};
        return made;
    }
    release::release_state with_errors(const std::string& assignee) {
        auto state = stopped("errors-to-issues", step_status::done);
        auto& step = *state.step("errors-to-issues");
        step.data["issues"] = json::array{json::value(group(assignee))};
        auto one = item(3, item_status::open);
        one.id = errors::item_of("0123456789abcdef0123456789abcdef");
        one.choices.push_back({"take", "Take it", "primary", false, {}, true, release::side_effect::reversible});
        state.plan.steps.push_back(rule("errors-after", "D11", "deploy", "telemetry_watch", others_()));
        state.steps.emplace_back().id = "errors-after";
        state.steps.back().text = others_();
        state.steps.back().items = {one};
        return state;
    }

    // ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────

    void note(const std::string& maker, const std::string& what, const slack::rendered& message,
              std::set<std::string> may_call = {}) {
        made_.push_back(
            {maker, what, json::object{{"text", message.text}, {"blocks", message.blocks}}, false, may_call});
        int part = 0;
        for (const auto& each : message.thread_parts)
            note(maker, what + " part " + std::to_string(++part), each, may_call);
    }
    void note_view(const std::string& maker, const std::string& what, json::object view) {
        made_.push_back({maker, what, std::move(view), true});
    }

    void boards() {
        note("board", "begun", views::board(begun(), people_, shown_));
        note("board", "gate", views::board(asking(release::gate_status::open), people_, shown_));
        note("board", "items", views::board(choosing(), people_, shown_));
        auto held = release::apply(begun(), release::release_held{{person("UBO"), untrusted{others_()}, noon}});
        held = release::apply(std::move(held), release::drift_noted{{"trunk", others_(), others_(), noon}});
        note("board", "held", views::board(held, people_, shown_));
        for (const auto how :
             {release::ending::done, release::ending::cancelled, release::ending::failed, release::ending::rolled_back})
            note("board", "over", views::board(over(begun(), how, others_()), people_, shown_));
    }

    void gates() {
        using status = release::gate_status;
        for (const auto each : {status::open, status::approved, status::rejected, status::expired, status::outdated}) {
            const auto state = asking(each);
            const auto& step = *state.step("build");
            note("gate_card", release::to_words(step.status), views::gate_card(state, step, people_, shown_));
            note("gate_direct_message", "to a person", views::gate_direct_message(state, step, people_, shown_));
            note("reminder_post", "ten minutes before", views::reminder_post(state, step, people_),
                 {"@UANA", "@UBO", "@UCHI"});
            note("veto_message", "to the requester", views::veto_message(state, step, people_));
            note("without_buttons", "asked again",
                 views::without_buttons(views::gate_card(state, step, people_, shown_), views::say("{}", others_())));
            note("broken_glass_message", "to the leads",
                 views::broken_glass_message(state, state.broken.front(), people_));
        }
    }

    void items() {
        const auto state = choosing();
        const auto& step = *state.step("merge-requests");
        note("items_card", "all states", views::items_card(state, step, people_, shown_));
        for (const auto& each : step.items)
            note("item_direct_message", "to a person", views::item_direct_message(state, step, each, people_, shown_));
    }

    void steps() {
        for (const auto status : {step_status::failed, step_status::errored, step_status::unknown_outcome}) {
            const auto state = stopped("tests", status);
            note("failure_card", release::to_words(status),
                 views::failure_card(state, *state.step("tests"), people_, shown_));
        }
        auto state = stopped("tests", step_status::done);
        state.step("tests")->look = release::look_state{"f", others_(), {others_(), others_()}, {}, noon};
        note("result_card", "done", views::result_card(state, *state.step("tests"), people_, shown_));
    }

    void errors() {
        for (const auto* assignee : {"", "UEVE"}) {
            const auto state = with_errors(assignee);
            const auto all = views::errors_of(state);
            note("error_alert", "groups", views::error_alert(state, all, people_, shown_));
            note("error_card", "group", views::error_card(state, all.at(0), people_, shown_));
            note("errors_reply", "for one person", views::errors_reply(state, people_));
            for (const auto& call : views::error_calls(all)) note("error_call", "assigned", call.message, {"@UEVE"});
            if (all.at(0).assignee_slack.empty()) continue;
            note("error_call", "several", views::error_calls({all.at(0), all.at(0)}).at(0).message, {"@UEVE"});
        }
    }

    void posts() {
        auto state = stopped("announce", step_status::done);
        note("post", "announcement", views::post(state, *state.plan.find("announce"), people_));
        auto late = state;
        late.facts["usual"] = json::object{{"announce", 60'000}};
        note("late_post", "twice as long", views::late_post(late, *late.step("announce"), people_));
        note("changelog_post", "entry", views::changelog_post(state, people_));
        note("summary", "done", views::summary(over(state, release::ending::done, others_()), people_));
        note("summary", "failed", views::summary(over(choosing(), release::ending::failed, others_()), people_));
        views::plan_words words;
        for (const auto& each : state.plan.steps) words[each.id] = others_();
        note("plan_message", "all steps", views::plan_message(others_(), state.plan, words));
    }

    release::project_state house() {
        release::project_state made;
        made.name = "shop";
        made.lock = release::lock_state{7, person("UANA"), others_(), noon, noon + milliseconds{7'200'000}, false};
        made.freeze = release::lock_state{8, person("UBO"), others_(), noon, noon + milliseconds{7'200'000}, false};
        made.queue.push_back({"1.5.0", person("UCHI"), "C1", "T1", {}, noon});
        return made;
    }

    void ways_back() {
        release::rollback_choice choice;
        choice.from.version = "1.4.0";
        choice.to.version = "1.3.2";
        choice.between = {choice.from};
        std::vector<views::judged_migration> judged{{{"1.4.0", "#2", others_(), others_()}, true, others_()},
                                                    {{"1.4.0", "#9", others_(), others_()}, false, others_()}};
        note(
            "rollback_card", "two migrations",
            views::rollback_card(choice, judged, settings_, slack::element{slack::button{"Go", "slipway.verb", "id"}}));
        note("calendar_reply", "a freeze",
             views::calendar_reply(house(), std::nullopt, {{noon, noon + milliseconds{1}, false, others_()}}, people_,
                                   noon));
        note("observed_notice", "another version",
             views::observed_notice({others_(), "1.4.0", false, noon}, settings_));
        note("observed_notice", "the same", views::observed_notice({"1.4.0", "1.4.0", true, noon}, settings_));
        auto locked = begun();
        locked.locked = house().lock;
        note("lock_notice", "under a release", views::lock_notice(locked, people_));
        note("stolen_notice", "to the owner before", views::stolen_notice(*house().lock, settings_));
    }

    void replies() {
        const auto next = slack::element{slack::button{others_(), "slipway.verb", "id"}};
        note("reply", "a sentence", views::reply(views::say("{}", others_()), next));
        note("refusal", "of the rules", views::refusal(failure{errc::refused, others_()}, people_, next));
        note("status_reply", "gate", views::status_reply(asking(release::gate_status::open), people_));
        note("status_reply", "items", views::status_reply(choosing(), people_));
        note("notes_reply", "one note", views::notes_reply(begun(), people_));
        note("help_reply", "verbs", views::help_reply({{"start VERSION", others_()}, {"status", others_()}}));
        using namespace views;
        const auto state = begun();
        for (const auto& each : {words::unknown_button(),
                                 words::outdated_card(),
                                 words::try_again(),
                                 words::already_running(state, people_, "https://demo.slack.test/archives/C1/p1"),
                                 words::nothing_running(others_()),
                                 words::no_project_here({others_()}),
                                 words::unknown_project(others_(), {others_()}),
                                 words::project_disabled(others_(), {others_()}),
                                 words::unknown_verb(others_(), {others_()}),
                                 words::usage(others_()),
                                 words::started(state, people_),
                                 words::noted(),
                                 words::held(),
                                 words::resumed(),
                                 words::aborting(),
                                 words::retrying({others_()}),
                                 words::skipped(others_()),
                                 views::house_words(house(), people_, noon),
                                 views::observed_words({others_(), "1.4.0", false, noon}),
                                 views::broken_words(asking({}), people_),
                                 views::compensation_words(stopped("build", step_status::done), people_)})
            if (!each.empty()) note("reply", "words", views::reply(each));
        const auto waits = asking(release::gate_status::open);
        note("reply", "approved", views::reply(words::approved_waiting(waits, *waits.step("build"), people_)));
    }

    void window(const release::release_state& state, const std::string& kind, const std::string& step,
                const std::string& item = "", const std::string& choice = "") {
        const release::button pressed{state.id, kind, step, item, choice, "f00d"};
        const release::actor ana{person("UANA"), {"release-manager"}};
        const auto view = views::window_for(state, pressed, ana, people_);
        if (view) note_view("window_for", kind + " " + choice, *view);
    }

    void windows() {
        auto state = asking(release::gate_status::open);
        release::form_field field;
        field.id = "ticket";
        field.label = others_();
        field.hint = others_();
        for (const auto type :
             {release::field_type::text, release::field_type::number, release::field_type::checkbox}) {
            field.type = type;
            field.id += "x";
            for (auto& rule : state.plan.steps)
                if (rule.id == "build") rule.gate.front().fields.push_back(field);
        }
        for (const auto* kind : {"approve", "reject", "request_stop", "break_glass", "skip", "treat_as_done", "hold",
                                 "abort", "note", "edit_notes"})
            window(state, kind, "build");
        const auto chosen = choosing();
        window(chosen, "delegate", "merge-requests", "!1");
        window(chosen, "choose", "merge-requests", "!1", "move-out");
        window(chosen, "choose", "merge-requests", "!1", "merge");
        for (const auto* name : {"shop", ""})
            note_view("start_window", name,
                      views::start_window({name, "C1"}, others_(), views::house_words(house(), people_, noon)));
        note_view("note_message_window", "a message",
                  views::note_message_window({"shop", "C1"}, others_(), untrusted{others_()}));
    }

    void homes() {
        const auto shared = [](const auto& state) {
            return std::make_shared<const std::remove_cvref_t<decltype(state)>>(state);
        };
        auto gate = asking(release::gate_status::open);
        gate.step("build")->gate->seats[0].taken_by.reset();
        for (const auto& live : {gate, choosing()}) {
            views::home_project here;
            here.project = shared(settings_);
            here.live = shared(live);
            here.past = {shared(over(begun(), release::ending::failed, others_()))};
            here.house = shared(house());
            here.open = release::freeze_now{others_(), noon, false};
            here.coming = {{noon, noon + milliseconds{1}, false, others_()}};
            for (const auto* user : {"UBO", "UEVE", "USTRANGER"})
                note_view("home", user, views::home({here, here}, {person(user), others_()}, noon));
        }
        note_view("home", "nothing at all", views::home({}, {person("UBO"), ""}, noon));
    }

    const text_source& others_;
    release::project_settings settings_ = project();
    views::names people_{settings_};
    std::vector<release::button> shown_;
    std::vector<specimen> made_;
};

}  // namespace

std::vector<specimen> every_specimen(const text_source& others) {
    walk made{others};
    made.all();
    return std::move(made).take();
}

}  // namespace corpus
