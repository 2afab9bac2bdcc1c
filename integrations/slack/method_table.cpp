#include "integrations/slack/method_table.hpp"

#include <algorithm>
#include <array>

namespace slipway::slack {
namespace {

using std::chrono::milliseconds;

// Tiers are calls per minute and workspace; the bursts leave room below the quota of the first minute.
constexpr pace tier_1{milliseconds{5'000}, 5};
constexpr pace tier_2{milliseconds{3'000}, 6};
constexpr pace tier_3{milliseconds{1'200}, 12};
constexpr pace tier_4{milliseconds{600}, 25};
constexpr pace hundreds{milliseconds{120}, 60};
constexpr pace unpaced{milliseconds{0}, 1'000'000};
constexpr pace one_a_second{milliseconds{1'000}, 3};

using enum body_kind;
using enum token_kind;
using enum repetition;

constexpr std::array methods{
    method_facts{"api.test", json, bot, safe, tier_4, unpaced},
    method_facts{"apps.connections.open", json, app, safe, tier_1, unpaced},
    method_facts{"auth.test", json, bot, safe, hundreds, unpaced},
    method_facts{"chat.delete", json, bot, safe, tier_3, unpaced},
    method_facts{"chat.getPermalink", form, bot, safe, hundreds, unpaced},
    method_facts{"chat.postEphemeral", json, bot, unsafe, tier_4, unpaced},
    method_facts{"chat.postMessage", json, bot, unsafe, {milliseconds{200}, 50}, one_a_second},
    method_facts{"chat.update", json, bot, safe, tier_3, one_a_second},
    method_facts{"conversations.history", form, bot, safe, tier_3, unpaced},
    method_facts{"conversations.info", form, bot, safe, tier_3, unpaced},
    method_facts{"conversations.open", json, bot, safe, tier_3, unpaced},
    method_facts{"conversations.replies", form, bot, safe, tier_3, unpaced},
    method_facts{"files.completeUploadExternal", json, bot, unsafe, tier_4, unpaced},
    method_facts{"files.getUploadURLExternal", form, bot, safe, tier_4, unpaced},
    method_facts{"pins.add", json, bot, safe, tier_2, unpaced},
    method_facts{"pins.remove", json, bot, safe, tier_2, unpaced},
    method_facts{"usergroups.users.list", form, bot, safe, tier_2, unpaced},
    method_facts{"users.info", form, bot, safe, tier_4, unpaced},
    method_facts{"users.lookupByEmail", form, bot, safe, tier_3, unpaced},
    method_facts{"views.open", json, bot, unsafe, tier_4, unpaced},
    method_facts{"views.publish", json, bot, safe, tier_4, unpaced},
    method_facts{"views.push", json, bot, unsafe, tier_4, unpaced},
    method_facts{"views.update", json, bot, unsafe, tier_4, unpaced},
};
static_assert(std::ranges::is_sorted(methods, {}, &method_facts::name));

constexpr method_facts unlisted{"", form, bot, unsafe, tier_2, unpaced};

}  // namespace

const method_facts& facts_of(std::string_view method) noexcept {
    const auto* found = std::ranges::lower_bound(methods, method, {}, &method_facts::name);
    return found != methods.end() && found->name == method ? *found : unlisted;
}

}  // namespace slipway::slack
