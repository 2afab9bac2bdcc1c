// The arrows of the house: every #include between rooms must be one that CMakeLists.txt allows.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct room {
    bool pure = false;
    std::set<std::string> uses;
    std::set<std::string> libraries;
};

std::string read(const fs::path& file) {
    std::ifstream in{file};
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

/// Every `slipway_room(folder … )` of the given CMake text, keyed by folder; ALSO folders stand for the same room.
struct house {
    std::map<std::string, room> rooms;
    std::map<std::string, std::string> folder_of;  ///< folder → room

    explicit house(const std::string& cmake) {
        for (std::size_t at = cmake.find("\nslipway_room("); at != std::string::npos;
             at = cmake.find("\nslipway_room(", at + 1)) {
            const auto begin = cmake.find('(', at) + 1;
            std::istringstream words{cmake.substr(begin, cmake.find(')', begin) - begin)};
            std::string name, word, section;
            words >> name;
            auto& made = rooms[name];
            folder_of[name] = name;
            while (words >> word) {
                if (word == "PURE")
                    made.pure = true;
                else if (word == "USES" || word == "LIBS" || word == "ALSO")
                    section = word;
                else if (section == "USES")
                    made.uses.insert(word);
                else if (section == "LIBS")
                    made.libraries.insert(word);
                else if (section == "ALSO")
                    folder_of[word] = name;
            }
        }
    }

    /// The room of a file: the longest folder that holds it.
    std::string room_of(const std::string& path) const {
        std::string best;
        for (const auto& [folder, name] : folder_of)
            if (path.starts_with(folder + "/") && folder.size() > best.size()) best = folder;
        return best.empty() ? std::string{} : folder_of.at(best);
    }
};

std::vector<std::string> includes_of(const std::string& source) {
    std::vector<std::string> found;
    std::istringstream lines{source};
    std::string line;
    while (std::getline(lines, line)) {
        if (!line.starts_with("#include \"")) continue;
        found.push_back(line.substr(10, line.find('"', 10) - 10));
    }
    return found;
}

/// Plain types of a client room, headers without I/O, that pure rooms may read.
bool is_plain_types(const std::string& header) {
    return header.ends_with("/objects.hpp") || header.ends_with("/rows.hpp");
}

/// "bot/x.cpp includes commands/y.hpp" for every include that no arrow allows.
std::vector<std::string> breaches(const house& plan, const std::map<std::string, std::string>& sources) {
    std::vector<std::string> found;
    for (const auto& [path, text] : sources) {
        const auto from = plan.room_of(path);
        for (const auto& header : includes_of(text)) {
            const auto to = plan.room_of(header);
            if (from.empty() || to.empty() || from == to) continue;
            if (plan.rooms.at(from).uses.contains(to) || is_plain_types(header)) continue;
            found.push_back(path + " includes " + header);
        }
    }
    return found;
}

std::map<std::string, std::string> all_sources(const fs::path& root) {
    std::map<std::string, std::string> sources;
    for (const auto* floor : {"bot", "commands", "integrations", "deploy"})
        for (const auto& each : fs::recursive_directory_iterator{root / floor}) {
            const auto extension = each.path().extension();
            if (extension == ".cpp" || extension == ".hpp")
                sources[fs::relative(each.path(), root).string()] = read(each.path());
        }
    return sources;
}

const fs::path root{SLIPWAY_SOURCE_DIR};

int floor_of(const std::string& room) {
    if (room.starts_with("integrations/")) return 0;
    if (room.starts_with("commands/")) return 1;
    return 2;
}

}  // namespace

TEST_CASE("every include between rooms follows an arrow of CMakeLists.txt", "[architecture]") {
    const house plan{read(root / "CMakeLists.txt")};
    REQUIRE(plan.rooms.size() > 15);
    const auto sources = all_sources(root);
    REQUIRE(sources.size() > 150);
    CHECK(breaches(plan, sources) == std::vector<std::string>{});
}

TEST_CASE("an include against an arrow is found", "[architecture]") {
    const house plan{read(root / "CMakeLists.txt")};
    const std::map<std::string, std::string> sources{
        {"commands/release/evil.cpp", "#include \"integrations/store/store.hpp\"\n"},
        {"integrations/git/evil.hpp", "#include \"commands/release/state.hpp\"\n"},
        {"deploy/sandbox/slack/evil.cpp", "#include \"integrations/slack/web_api.hpp\"\n"}};
    CHECK(breaches(plan, sources).size() == 3);
}

TEST_CASE("arrows point down only, between floors and in no circle", "[architecture]") {
    const house plan{read(root / "CMakeLists.txt")};
    for (const auto& [name, each] : plan.rooms)
        for (const auto& used : each.uses) {
            INFO(name << " uses " << used);
            CHECK(plan.rooms.contains(used));
            CHECK(floor_of(name) >= floor_of(used));
            CHECK_FALSE((plan.rooms.contains(used) && plan.rooms.at(used).uses.contains(name)));
        }
}

TEST_CASE("pure rooms use pure rooms only and link nothing that does I/O", "[architecture]") {
    const house plan{read(root / "CMakeLists.txt")};
    const std::set<std::string> harmless{"Boost::headers", "Boost::json", "OpenSSL::Crypto", "yaml-cpp"};
    for (const auto& [name, each] : plan.rooms) {
        if (!each.pure) continue;
        for (const auto& used : each.uses) {
            INFO(name << " is pure and uses " << used);
            CHECK(plan.rooms.at(used).pure);
        }
        for (const auto& library : each.libraries) {
            INFO(name << " is pure and links " << library);
            CHECK(harmless.contains(library));
        }
    }
}

TEST_CASE("the sandbox shares no protocol code with the bot", "[architecture]") {
    const house plan{read(root / "CMakeLists.txt")};
    for (const auto* protocol :
         {"integrations/slack", "integrations/slack/blocks", "integrations/gitlab", "integrations/salt",
          "integrations/telemetry", "integrations/telemetry/protocol", "integrations/git"})
        CHECK_FALSE(plan.rooms.at("deploy/sandbox").uses.contains(protocol));
}
