// Who acts. Names and e-mail addresses give no rights: identity is (team, user).
#pragma once

#include <boost/describe.hpp>
#include <compare>
#include <set>
#include <string>

namespace slipway::release {

struct person_id {
    std::string team;
    std::string user;
    bool empty() const noexcept { return user.empty(); }
    friend auto operator<=>(const person_id&, const person_id&) = default;
};
BOOST_DESCRIBE_STRUCT(person_id, (), (team, user))

/// "T1/U2": how a person stands in the journal.
inline std::string to_string(const person_id& who) {
    return who.team + "/" + who.user;
}

/// A person at the moment of a click: roles are read then, never remembered (R3.10).
struct actor {
    person_id who;
    std::set<std::string> roles;
    bool roles_known = true;             ///< false: it could not be found out who this is, so nothing is granted
    bool is_robot = false;               ///< bot accounts never fill seats (R3.12)
    std::set<std::string> unverified{};  ///< roles whose source did not answer: neither granted nor denied (R3.10)
    std::string barred{};  ///< why the account may decide nothing, as "guests" or "deactivated accounts" (R3.12)
    std::string gitlab{};  ///< user name of their GitLab account, as it is linked now: who wrote what (R3.2, R8.2)
};

/// Slipway itself: timers, workers, probes.
inline actor machine() {
    return {.who = {"", "slipway"}, .roles = {}, .roles_known = true, .is_robot = true};
}

}  // namespace slipway::release
