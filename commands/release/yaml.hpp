// Reading YAML that people wrote: every problem is kept with file and line, none stops the reading, so that a person
// sees all of them at once. Knows nothing of checklists or projects.
#pragma once

#include <yaml-cpp/yaml.h>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "commands/release/yaml_problem.hpp"
#include "integrations/base/clock.hpp"

namespace slipway {

/// The candidate that is a slip of the fingers away from `word`, or "" when none is near.
std::string_view nearest_word(std::string_view word, std::span<const std::string_view> candidates);

/// "90s", "5m", "1h 30m", "250ms", "2d"; nullopt when it is something else. A bare number is refused: of what?
std::optional<milliseconds> parse_duration(std::string_view text);

/// One place in a document. Cheap to copy; stays valid after its reader is gone. A place that is missing or null
/// answers the `otherwise` of each question without a problem; a wrong type is a problem and answers it too.
class yaml_value {
public:
    yaml_value(const yaml_value&) = default;
    yaml_value& operator=(const yaml_value& other);  ///< looks at the other place; the document stays as it is

    /// Written, and not null.
    bool present() const noexcept { return present_; }
    explicit operator bool() const noexcept { return present_; }
    bool is_map() const;
    bool is_list() const;
    bool is_text() const;  ///< any scalar
    int line() const noexcept { return line_; }
    /// Where it stands, as people say it: "gitlab.labels.migrations", "steps[3].kind"; "" = the whole file.
    const std::string& path() const noexcept { return path_; }

    /// Notes a problem at this line.
    void problem(std::string sentence) const;

    // ── mappings
    /// Notes every key that is not in `known` (with the nearest one that is) and every key that stands twice; notes
    /// when this is not a mapping at all.
    void only(std::initializer_list<std::string_view> known) const;
    void only(std::span<const std::string_view> known) const;
    yaml_value at(std::string_view key) const;
    /// Like `at`; a problem when it is missing.
    yaml_value required(std::string_view key) const;
    /// In the order of the file; a problem when it is present and not a mapping.
    std::vector<std::pair<std::string, yaml_value>> entries() const;

    // ── lists
    /// A problem when it is present and not a list.
    std::vector<yaml_value> items() const;

    // ── scalars
    /// The text as written: `1.10` stays "1.10".
    std::string text(std::string otherwise = {}) const;
    /// Text that may not be empty.
    std::string name(std::string otherwise = {}) const;
    std::int64_t number(std::int64_t otherwise = 0, std::int64_t least = std::numeric_limits<std::int64_t>::min(),
                        std::int64_t most = std::numeric_limits<std::int64_t>::max()) const;
    bool flag(bool otherwise = false) const;  ///< true/false/yes/no/on/off
    milliseconds duration(milliseconds otherwise) const;
    /// A list of scalars; one scalar alone is not taken for a list.
    std::vector<std::string> texts() const;
    /// One of the words; a problem names them all.
    std::string one_of(std::initializer_list<std::string_view> words, std::string otherwise = {}) const;

    /// The node itself, for what the questions above do not cover (undefined when not present).
    const YAML::Node& node() const noexcept { return node_; }

private:
    friend class yaml_reader;
    struct book;  // the file's name and its problems, shared by all places of it
    yaml_value(std::shared_ptr<book> owner, const YAML::Node& node, int line, std::string path);
    yaml_value missing(std::string path) const;
    yaml_value child(const YAML::Node& node, std::string path) const;
    /// The scalar text, or nullptr (with a problem when it is present and no scalar).
    const std::string* scalar(std::string_view expected) const;
    std::string quoted() const;

    std::shared_ptr<book> book_;
    YAML::Node node_;
    int line_ = 0;
    std::string path_;
    bool present_ = false;
};

/// Reads one file's text and collects what is wrong with it.
class yaml_reader {
public:
    /// `file` is only the name that problems show.
    explicit yaml_reader(std::string file);

    /// The root; not present, with a problem, when the text is no YAML or holds several documents.
    yaml_value parse(std::string_view text);

    bool good() const noexcept;
    /// In the order of lines.
    std::vector<yaml_problem> problems() const;

private:
    std::shared_ptr<yaml_value::book> book_;
};

}  // namespace slipway
