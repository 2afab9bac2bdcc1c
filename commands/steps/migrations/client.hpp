// Inside this story only: the mariadb (or mysql) client, fed by standard input.
#pragma once

#include <string>
#include <vector>

#include "commands/steps/step.hpp"

namespace slipway::steps {

/// Who speaks to the server, and in which database.
struct login {
    std::string user;
    std::string password;  ///< "" = none
    std::string database;  ///< "" = none
};

/// The user of the settings, with the password of its environment variable.
login login_of(const release::database_server& server, std::string database = "");

/// What the client is to read. Only errors in `sql` are counted by its own lines.
struct fed {
    std::string before;  ///< whole lines that come first; ends with a line break
    std::string sql;
    std::string after;     ///< what follows, on lines of its own
    bool goes_on = false;  ///< also past statements that fail, to hear of each
};

struct client_said {
    std::string trouble;              ///< "" when all went through, else line, code, text and the line itself
    std::vector<std::string> errors;  ///< each failing statement; with `goes_on` there may be several
    int code = 0;                     ///< of the first error, as the server numbers them; 0 = the client's own trouble
    std::size_t line = 0;             ///< of the first error, in `sql`; 0 = not in it
    std::string out;                  ///< rows, as --batch prints them: cells parted by tabs, a line of names first
};

/// argv and standard input alone: the password travels in the environment; the client reads no option files, takes no
/// commands of its own from what it is fed (`\!` would run programs here) and sends no local files. Failures: those of
/// the runner; errc::timed_out when the limit came first (what was begun may still be running there), errc::lost when
/// the server went away in the middle, errc::unavailable when it was not reached or let nobody in.
task<result<client_said>> feed_client(context here, release::database_server server, login as, fed what);

}  // namespace slipway::steps
