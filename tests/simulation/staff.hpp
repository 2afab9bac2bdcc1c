// The people of a simulated company: they look at Slack now and then and press what is theirs to press, sometimes what
// is not, sometimes twice, sometimes on a card that is long out of date.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "commands/release/rules.hpp"
#include "tests/simulation/sim_bot.hpp"

namespace slipway::simulation {

class staff {
public:
    /// `send` gives an envelope to Slack's link.
    staff(company& all, std::function<void(slack::envelope)> send);

    /// One look at the workspace, and what follows from it.
    void look();
    /// Nobody plays any more: only what the release needs is pressed.
    void settle_down() { plays_ = false; }
    std::size_t clicks() const noexcept { return clicks_; }

private:
    struct seen {
        std::string value;
        release::button means;
        std::string channel;
    };
    std::vector<seen> buttons() const;
    void press(const std::string& user, const seen& what);
    void fill_in(const std::string& user, const seen& what, const std::string& reason);
    void type(const std::string& user, const std::string& words, const std::string& channel);
    void duty(const seen& each);
    void mischief(const std::vector<seen>& all);
    bool is_due(const std::string& user, const std::string& value);
    bool happened(const release::button& about) const;
    void interactive(const std::string& user, json::object payload);

    company& all_;
    std::function<void(slack::envelope)> send_;
    std::map<std::string, instant> pressed_;
    std::vector<seen> ever_;
    std::size_t clicks_ = 0;
    bool plays_ = true;
};

}  // namespace slipway::simulation
