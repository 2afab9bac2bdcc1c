// migrations_load: the SQL of the milestone into the production database (D1): what needs no new code at once, the rest
// when the new code runs. A DBA who did not write it loads it and says so, or lets Slipway do it; the answer holds for
// exactly that SQL.
#include <algorithm>

#include "commands/release/authors.hpp"
#include "commands/release/rules.hpp"
#include "commands/release/yaml.hpp"
#include "commands/steps/common.hpp"
#include "commands/steps/migrations/books.hpp"
#include "commands/steps/migrations/gather.hpp"
#include "commands/steps/migrations/problem.hpp"
#include "integrations/base/digest.hpp"

namespace slipway::steps {
namespace {

using migrations::migration;
using migrations::moment;

moment phase_of(const release::step_rule& rule) {
    return text_at(rule.with, "phase") == "after" ? moment::after : moment::before;
}

std::string role_of(const release::step_rule& rule) {
    const auto role = text_at(rule.with, "role");
    return role.empty() ? "dba" : role;
}

std::string phase_words(moment when) {
    return when == moment::before ? "before the build" : "after the build";
}

/// Kept beside the items, because a retry of the step forgets them: this SQL is loaded, whatever is asked again.
std::string fact_name(const std::string& hash) {
    return "migration_loaded/" + hash;
}

void check_phase(const yaml_value& with) {
    with.at("phase").one_of({"before", "after"});
}

std::vector<migration> of_phase(std::vector<migration> all, moment when) {
    std::erase_if(all, [when](const migration& each) { return each.when != when; });
    return all;
}

/// Whoever wrote the change, or words of its SQL, does not also load it (R3.2).
std::vector<release::person_id> writers_of(const context& here, const migration& from,
                                           const std::vector<release::change_author>& authors) {
    std::vector<release::person_id> all;
    for (const auto& each : authors) {
        const release::person_id person{here.state->team, each.slack};
        if (each.what == from.id && !each.slack.empty() && std::ranges::find(all, person) == all.end())
            all.push_back(person);
    }
    return all;
}

/// What is known about where it was loaded already, beyond this step's own items.
struct known_loads {
    std::map<std::string, booked> books;
    std::string not_read;  ///< why the books could not be read; "" = they were, or there are none
};

task<known_loads> read_known(context here) {
    known_loads made;
    if (!here.project->migrations.load.is_configured()) co_return made;
    auto books = co_await read_books(here);
    if (books)
        made.books = std::move(*books);
    else
        made.not_read = books.error().sentence();
    co_return made;
}

const booked* entry_of(const known_loads& known, const std::string& hash) {
    const auto found = known.books.find(hash);
    return found == known.books.end() ? nullptr : &found->second;
}

/// Another SQL of the same issue that took effect already; "" = none.
std::string earlier_form(const context& here, const known_loads& known, const migration& from) {
    for (const auto& [name, value] : here.state->facts) {
        const std::string_view key{name};
        if (key.starts_with("migration_loaded/") && key.substr(17) != from.hash && text_at(value, "id") == from.id)
            return text_at(value, "at");
    }
    for (const auto& [hash, entry] : known.books)
        if (hash != from.hash && entry.migration == from.id && entry.state != "running") return entry.began;
    return {};
}

class item_maker {
public:
    item_maker(const context& here, const known_loads& known, const std::vector<release::change_author>& authors)
        : here_{here}, known_{known}, authors_{authors} {}

    /// Call it in order: Slipway loads a migration only when those before it are loaded.
    release::item_state make(const migration& from) {
        auto item = basics(from);
        const auto role = role_of(here_.rule);
        const auto writers = writers_of(here_, from, authors_);
        say_who(from, role, writers, item);
        if (is_loaded(from, item)) return item;
        bring_problem_to_people(here_, item, writers);
        auto choices = loading(from, item);
        choices.push_back(problem());
        if (waits_for_.empty()) waits_for_ = from.id;
        for (auto& each : choices) {
            each.roles = {role};
            each.except = writers;
        }
        item.choices = std::move(choices);
        return item;
    }

private:
    release::item_state basics(const migration& from) const {
        release::item_state item;
        item.id = from.id;
        item.title = untrusted{from.title};
        item.url = from.url;
        item.body = migrations::sql_of(from);
        item.fingerprint = from.hash.substr(0, 16);
        item.bound = true;
        item.file = file_name(from);
        item.data["hash"] = from.hash;
        item.details.push_back(phase_words(from.when));
        item.details.push_back("SQL hash " + from.hash.substr(0, 16));
        for (const auto& each : from.problems) item.details.push_back(each);
        return item;
    }
    std::string file_name(const migration& from) const {
        std::string id;
        for (const char c : from.id) id += c == '#' ? "issue-" : c == '!' ? "mr-" : std::string{c};
        return here_.state->version + "-" + id + "-" + from.hash.substr(0, 8) + ".sql";
    }
    void say_who(const migration& from, const std::string& role, const std::vector<release::person_id>& writers,
                 release::item_state& item) const {
        for (const auto& each : authors_)
            if (each.what == from.id)
                item.details.push_back(each.slack.empty() ? "written by " + each.gitlab +
                                                                ", who is linked with nobody in Slack, so four eyes "
                                                                "keep nobody from loading it (`/release link`)"
                                                          : "written by @" + each.slack);
        std::vector<release::person_id> others;
        for (const auto& each : people_of_role(here_, role))
            if (std::ranges::find(writers, each) == writers.end()) others.push_back(each);
        if (others.empty())
            item.details.push_back("nobody but its author has the role " + role +
                                   "; another person has to get it in the project file (four eyes)");
        item.asks = asked_directly(std::move(others));
    }
    /// The database or this release knows that exactly this SQL is loaded.
    bool is_loaded(const migration& from, release::item_state& item) const {
        if (const auto* kept = here_.state->facts.if_contains(fact_name(from.hash))) {
            item.status = release::item_status::done;
            item.text = text_at(*kept, "text");
            return true;
        }
        const auto* entry = entry_of(known_, from.hash);
        if (entry == nullptr || entry->state != "done") return false;
        item.status = release::item_status::done;
        item.text = "loaded already at " + entry->began + " by release " + entry->release;
        return true;
    }
    std::vector<release::choice> loading(const migration& from, release::item_state& item) const {
        std::vector<release::choice> all;
        const auto& load = here_.project->migrations.load;
        const auto* entry = entry_of(known_, from.hash);
        const auto earlier = earlier_form(here_, known_, from);
        if (from.pieces.empty()) {
            item.details.push_back("the label says migration, but there is no SQL block in it");
            all.push_back(button("loaded", "There is nothing to load", "primary", true));
            return all;
        }
        if (!earlier.empty())
            item.details.push_back("another form of it was loaded at " + earlier +
                                   ": only what is new in it may be loaded, and that is for a DBA to do by hand");
        if (entry != nullptr && entry->state == "stopped")
            item.details.push_back("Slipway began to load it at " + entry->began + " and it stopped: " + entry->error +
                                   "; finish or undo it by hand");
        if (entry != nullptr && entry->state == "running")
            item.details.push_back("the database says that it is being loaded since " + entry->began);
        const bool could = load.is_configured() && known_.not_read.empty() && earlier.empty() && entry == nullptr;
        if (could && !waits_for_.empty()) item.details.push_back("Slipway can load it after " + waits_for_);
        const bool by_slipway = could && waits_for_.empty();
        if (by_slipway) {
            auto now = button("run", "Load it now", "primary", false);
            now.effect = release::side_effect::irreversible;
            all.push_back(std::move(now));
            say_trial(from, item, all);
        }
        all.push_back(button("loaded", "I have loaded it", by_slipway ? "" : "primary", !earlier.empty()));
        return all;
    }
    static void say_trial(const migration& from, release::item_state& item, std::vector<release::choice>& all) {
        const auto why_not =
            migrations::why_not_in_a_transaction(migrations::split_statements(migrations::sql_of(from)));
        if (!why_not.empty()) {
            item.details.push_back("cannot be tried beforehand: " + why_not);
            return;
        }
        auto trial = button("try", "Try and take back", "", false);
        trial.settles = false;
        all.push_back(std::move(trial));
        item.details.push_back("goes through whole or not at all, in one transaction");
    }
    static release::choice button(std::string id, std::string label, std::string style, bool needs_reason) {
        release::choice made;
        made.id = std::move(id);
        made.label = std::move(label);
        made.style = std::move(style);
        made.needs_reason = needs_reason;
        return made;
    }
    static release::choice problem() {
        auto made = button("problem", "Problem", "danger", true);
        made.settles = false;
        return made;
    }

    const context& here_;
    const known_loads& known_;
    const std::vector<release::change_author>& authors_;
    std::string waits_for_;  ///< the first that is not loaded yet
};

std::string count_of(const std::vector<migration>& all, moment when) {
    return all.empty() ? "no migrations to load " + phase_words(when)
                       : count(all.size(), "migration") + " to load " + phase_words(when);
}

class migrations_load final : public step_kind {
public:
    release::kind_facts facts() const override {
        auto made = make_facts("migrations_load", release::step_class::action, true, true,
                               release::side_effect::irreversible, {"phase", "role"}, {"phase"});
        made.check = &check_phase;
        made.role_settings = {"role"};
        return made;
    }
    std::string plan(const release::step_rule& rule, const release::project_settings& project,
                     const std::string&) const override {
        const auto& load = project.migrations.load;
        return "give " + role_of(rule) + " the SQL that is loaded " + phase_words(phase_of(rule)) +
               ", as text and as files; each is confirmed for exactly that SQL, never by whoever wrote it" +
               (load.is_configured() ? "; Slipway loads it into " + load.database + " on a click" : "");
    }

    task<result<look_outcome>> look(context here) override {
        const auto gathered = co_await gather_migrations(here);
        if (!gathered) co_return gathered.error();
        const auto when = phase_of(here.rule);
        const auto all = of_phase(*gathered, when);
        if (const auto wrong = problems_of(all, here.rule.id)) co_return *wrong;
        const auto authors = co_await authors_of(here, *gathered);
        if (!authors) co_return authors.error();
        look_outcome seen;
        if (!authors->empty()) seen.facts[release::migration_authors_fact] = author_facts(*authors);
        seen.found.summary = count_of(all, when);
        if (!all.empty() && people_of_role(here, role_of(here.rule)).empty())
            co_return failure{errc::refused, seen.found.summary + ", and nobody has the role " + role_of(here.rule) +
                                                 ". Name somebody under `roles` of the project file, then `/release "
                                                 "retry " +
                                                 here.rule.id + "`."};
        known_loads known;
        if (!all.empty()) known = co_await read_known(here);
        if (!known.not_read.empty())
            seen.found.lines.push_back("Slipway cannot load anything itself now: " + known.not_read);
        item_maker maker{here, known, *authors};
        std::string shown;
        for (const auto& each : all) {
            seen.items.push_back(maker.make(each));
            shown += each.hash;
        }
        seen.found.fingerprint = sha256_hex(shown).substr(0, 16);
        seen.complete = all.empty();
        co_return seen;
    }

    /// Only what Slipway loads itself can have happened without an outcome; the database's own table knows.
    task<result<probe_outcome>> probe(context here, act intent) override {
        probe_outcome seen;
        if (intent.choice != "run") co_return seen;
        const auto what = co_await current(here, intent.item);
        if (!what) co_return what.error();
        const auto books = co_await read_books(here);
        if (!books) co_return books.error();
        const auto found = books->find(what->hash);
        if (found == books->end()) co_return seen;
        const auto& entry = found->second;
        if (entry.state == "done") {
            seen.what = answer::done;
            seen.text = "loaded at " + entry.began + " (the database's own table says so)";
            seen.facts[fact_name(what->hash)] = fact_of(*what, intent, seen.text);
        } else if (entry.state == "stopped") {
            seen.what = answer::different;
            seen.text = "it stopped in the middle at " + entry.began + ": " + entry.error;
        } else if (entry.act != intent.key && !entry.is_connected) {
            seen.text = "an earlier act whose end nobody saw is done again";
        } else {
            seen.what = answer::cannot_tell;
            seen.text = entry.is_connected ? "it is still running on the server, as connection " + entry.connection
                                           : "it was begun at " + entry.began +
                                                 " and its connection is gone: which statements took "
                                                 "effect is to be seen in the database";
        }
        co_return seen;
    }

    task<result<outcome>> perform(context here, act intent) override {
        if (intent.item.empty()) {
            auto done = co_await finish(here);
            co_return done;
        }
        outcome done;
        if (intent.choice == "problem") {
            done.ok = false;
            done.text = "problem: " + intent.reason;
            co_return done;
        }
        const auto what = co_await current(here, intent.item);
        if (!what) co_return what.error();
        if (intent.choice == "try") {
            auto tried = co_await try_in_transaction(here, *what);
            co_return tried;
        }
        if (intent.choice == "run") {
            if (const auto first = not_yet(here, intent.item)) co_return *first;
            auto loaded = co_await load_into_database(here, *what, intent);
            if (!loaded) co_return loaded.error();
            done = std::move(*loaded);
        } else {
            done.text = intent.reason.empty() ? "loaded by hand" : "loaded by hand: " + intent.reason;
        }
        if (done.ok) done.facts[fact_name(what->hash)] = fact_of(*what, intent, done.text);
        co_return done;
    }

private:
    static json::object fact_of(const migration& what, const act& intent, const std::string& text) {
        json::object fact;
        fact["id"] = what.id;
        fact["by"] = intent.by.user;
        fact["at"] = to_iso(intent.intended);
        fact["text"] = text;
        return fact;
    }

    /// The migration as it is in GitLab now, when it is still the one that was shown.
    static task<result<migration>> current(context here, std::string id) {
        const auto all = co_await gather_migrations(here);
        if (!all) co_return all.error();
        const auto* item = here.step.item(id);
        const auto now = std::ranges::find(*all, id, &migration::id);
        if (item == nullptr || now == all->end())
            co_return failure{errc::not_found, id + " is no migration of this milestone any more"};
        if (text_at(item->data, "hash") != now->hash)
            co_return failure{errc::moved, id + " has changed since it was shown, and nothing was recorded for it; "
                                                "read it again."};
        co_return *now;
    }

    /// Migrations are loaded in their order: a later one may build on an earlier one.
    static std::optional<failure> not_yet(const context& here, const std::string& id) {
        for (const auto& each : here.step.items) {
            if (each.id == id) break;
            if (each.status != release::item_status::done)
                return failure{errc::refused,
                               each.id + " stands before " + id + " and is not loaded yet; load it first."};
        }
        return std::nullopt;
    }

    static task<result<outcome>> finish(context here) {
        const auto gathered = co_await gather_migrations(here);
        if (!gathered) co_return gathered.error();
        const auto when = phase_of(here.rule);
        const auto all = of_phase(*gathered, when);
        json::array hashes;
        for (const auto& each : all) {
            const auto* item = here.step.item(each.id);
            if (item == nullptr || text_at(item->data, "hash") != each.hash)
                co_return failure{errc::moved, each.id + " changed after it was loaded. `/release retry " +
                                                   here.rule.id + "` asks about what it says now."};
            hashes.emplace_back(each.hash);
        }
        outcome done;
        done.text = all.empty() ? count_of(all, when) : count(all.size(), "migration") + " loaded " + phase_words(when);
        done.facts[when == moment::before ? "migrations_loaded_before" : "migrations_loaded_after"] = std::move(hashes);
        co_return done;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_migrations_load() {
    return std::make_unique<migrations_load>();
}

}  // namespace slipway::steps
