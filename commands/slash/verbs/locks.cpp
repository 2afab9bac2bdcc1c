// lock, unlock, freeze, queue: what holds for a project between and around its releases.
#include <algorithm>

#include "commands/release/yaml.hpp"
#include "commands/slash/verbs/all.hpp"
#include "commands/views/replies.hpp"
#include "commands/views/ways_back.hpp"
#include "commands/windows/calendar.hpp"
#include "integrations/slack/blocks/desired_message.hpp"

namespace slipway::slash {
namespace {

/// What was typed behind lock or freeze, in any order: --force, a duration, and the rest is the reason.
struct lock_words {
    std::string reason;
    milliseconds lasts{0};
    bool force = false;
};

std::string without_quotes(std::string text) {
    for (const std::string mark : {"\"", "“", "”", "'"}) {
        if (text.starts_with(mark)) text.erase(0, mark.size());
        if (text.ends_with(mark)) text.erase(text.size() - mark.size());
    }
    return text;
}

lock_words read_words(const std::string& words) {
    lock_words read;
    for (auto next = first_word(words); !next.first.empty(); next = first_word(next.rest)) {
        const auto span = parse_duration(next.first);
        if (next.first == "--force")
            read.force = true;
        else if (span && read.lasts == milliseconds{0})
            read.lasts = *span;
        else
            read.reason += (read.reason.empty() ? "" : " ") + next.first;
    }
    read.reason = without_quotes(std::move(read.reason));
    return read;
}

/// The previous owner of a lock learns of it by direct message, in the commit that took it away (R4.4).
conductor::companions telling_owner(const asked& question) {
    auto with = question.companions();
    with.when_decided = [project = question.project](const release::project_state& before,
                                                     const std::vector<release::project_event>& events) {
        std::vector<store::outbox_put> all;
        for (const auto& each : events) {
            std::string user;
            release::lock_state now;
            if (const auto* taken = std::get_if<release::lock_taken>(&each); taken != nullptr) {
                user = taken->instead_of.user;
                now = taken->lock;
            } else if (const auto* gone = std::get_if<release::lock_removed>(&each);
                       gone != nullptr && before.lock && !before.lock->automatic && before.lock->owner != gone->by) {
                user = before.lock->owner.user;
                now = *before.lock;
                now.owner = gone->by;
                now.reason = gone->reason;
            }
            if (user.empty()) continue;
            const auto notice = views::stolen_notice(now, *project);
            slack::desired_message wish;
            wish.user = user;
            wish.text = notice.text;
            wish.blocks = notice.blocks;
            all.push_back({"lock/" + project->name + "/" + std::to_string(now.number) + "/" + user,
                           slack::lane_of(slack::desired{wish}), slack::priority::gate, slack::to_json(wish),
                           std::nullopt});
        }
        return all;
    };
    return with;
}

std::string cause_of(const asked& question) {
    return "slack " + question.inbox_id;
}

class lock final : public verb {
public:
    std::string name() const override { return "lock"; }
    std::string usage() const override { return "lock REASON 2h [--force]"; }
    std::string help() const override {
        return "Nothing starts, and what cannot be undone waits, until then; --force takes over somebody's lock.";
    }
    task<result<answer>> run(desk& with, asked question) override {
        const auto words = read_words(question.words);
        const release::take_lock wanted{words.reason, words.lasts, words.force, /*automatic=*/false};
        auto parts = telling_owner(question);
        const auto house = co_await with.releases.ask_project(question.project->name, wanted, question.who,
                                                              cause_of(question), std::move(parts));
        if (!house) co_return house.error();
        const views::names people{*question.project};
        co_return views::reply(views::house_words(**house, people, with.time.now()) +
                               slack::say("\n{} takes it away again.",
                                          slack::code("/release unlock " + std::to_string((*house)->lock->number))));
    }
};

class unlock final : public verb {
public:
    std::string name() const override { return "unlock"; }
    std::string usage() const override { return "unlock NUMBER [--force REASON]"; }
    std::string help() const override { return "Takes away exactly the lock of that number, never a newer one."; }
    task<result<answer>> run(desk& with, asked question) override {
        const auto [first, rest] = first_word(question.words);
        release::remove_lock wanted;
        const auto digits = first.starts_with('#') ? first.substr(1) : first;
        const bool is_number = !digits.empty() && digits.size() < 12 &&
                               std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
        if (is_number) wanted.number = std::stoll(digits);
        const auto words = read_words(is_number ? rest : question.words);
        wanted.force = words.force;
        wanted.reason = words.reason;
        auto parts = telling_owner(question);
        const auto house = co_await with.releases.ask_project(question.project->name, wanted, question.who,
                                                              cause_of(question), std::move(parts));
        if (!house) co_return house.error();
        co_return views::reply(slack::say("Lock {} is gone.", wanted.number));
    }
};

class freeze final : public verb {
public:
    std::string name() const override { return "freeze"; }
    std::string usage() const override { return "freeze [REASON 2h | end]"; }
    std::string help() const override {
        return "Shows locks and the freeze calendar; declares or lifts a freeze. Ways back are never stopped by one.";
    }
    task<result<answer>> run(desk& with, asked question) override {
        const auto& project = *question.project;
        if (first_word(question.words).first.empty()) {
            const auto house = co_await with.releases.load_project(project.name);
            if (!house) co_return house.error();
            co_return calendar(**house, project, with.time.now());
        }
        release::project_command wanted = release::lift_freeze{};
        if (question.words != "end") {
            const auto words = read_words(question.words);
            wanted = release::declare_freeze{words.reason, words.lasts};
        }
        const auto house = co_await with.releases.ask_project(project.name, wanted, question.who, cause_of(question),
                                                              question.companions());
        if (!house) co_return house.error();
        co_return calendar(**house, project, with.time.now());
    }

private:
    static answer calendar(const release::project_state& house, const release::project_settings& project, instant now) {
        constexpr milliseconds week{7LL * 24 * 3'600'000};
        std::vector<views::calendar_line> coming;
        for (const auto& each : windows::spans(project, now, week))
            coming.push_back({each.from, each.until, each.allow, each.reason});
        return views::calendar_reply(house, windows::open_freeze(project, windows::starter::person, now), coming,
                                     views::names{project}, now);
    }
};

class queue final : public verb {
public:
    std::string name() const override { return "queue"; }
    std::string usage() const override { return "queue [drop VERSION]"; }
    std::string help() const override {
        return "Who waits after the release that runs (`start VERSION --queue`); drop takes one out.";
    }
    task<result<answer>> run(desk& with, asked question) override {
        const auto [first, rest] = first_word(question.words);
        const views::names people{*question.project};
        if (first != "drop") {
            const auto house = co_await with.releases.load_project(question.project->name);
            if (!house) co_return house.error();
            auto words = views::house_words(**house, people, with.time.now());
            if ((*house)->queue.empty()) words = slack::say("Nothing waits in the queue.");
            co_return views::reply(words);
        }
        const release::drop_start wanted{first_word(rest).first, "taken back"};
        const auto house = co_await with.releases.ask_project(question.project->name, wanted, question.who,
                                                              cause_of(question), question.companions());
        if (!house) co_return house.error();
        co_return views::reply(slack::say("It no longer waits."));
    }
};

}  // namespace

std::unique_ptr<verb> create_lock() {
    return std::make_unique<lock>();
}
std::unique_ptr<verb> create_unlock() {
    return std::make_unique<unlock>();
}
std::unique_ptr<verb> create_freeze() {
    return std::make_unique<freeze>();
}
std::unique_ptr<verb> create_queue() {
    return std::make_unique<queue>();
}

}  // namespace slipway::slash
