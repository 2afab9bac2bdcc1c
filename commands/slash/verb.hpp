// The contract of a verb: `/release <name> …`. One file a verb, one line in verbs.cpp.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "commands/slash/desk.hpp"
#include "integrations/slack/blocks/message.hpp"
#include "integrations/slack/payload.hpp"

namespace slipway::slash {

/// What a person typed, after the project was found and the verb taken off.
struct asked {
    project_pointer project;
    release::actor who;
    std::string channel;
    std::string words;     ///< the rest, trimmed; data
    std::string inbox_id;  ///< committed as handled together with what the verb decides
    slack::origin from;    ///< where the answer goes
    /// What travels with the verb's commit: the envelope is handled, and a refusal brings its own answer.
    conductor::companions companions() const;
    /// Set by the companions when the refusal's answer was committed with it: the verb's caller sends no second one.
    std::shared_ptr<bool> answered = std::make_shared<bool>(false);
};

/// An answer that only the person sees.
using answer = slack::rendered;

class verb {
public:
    virtual ~verb() = default;
    virtual std::string name() const = 0;
    /// "start VERSION [--dry-run]"
    virtual std::string usage() const = 0;
    /// One sentence for `/release help`.
    virtual std::string help() const = 0;
    /// Whether it has to know who asks. One that only looks answers from the store alone, whatever else is down (R1.9).
    virtual bool acts() const { return true; }
    /// A failure's sentence is shown to the person; it must say the way out.
    virtual task<result<answer>> run(desk& with, asked question) = 0;
};

const std::vector<std::unique_ptr<verb>>& all_verbs();
verb* find_verb(std::string_view name);

/// What each step of the list would do, in its kind's words.
std::map<std::string, std::string> words_of(const desk& with, const release::checklist& list,
                                            const release::project_settings& project, const std::string& version);

/// Splits off the first word; the rest is trimmed.
struct split_words {
    std::string first, rest;
};
split_words first_word(std::string_view text);

}  // namespace slipway::slash
