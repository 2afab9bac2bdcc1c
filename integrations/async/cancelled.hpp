// Was this exception only somebody telling the coroutine to stop?
#pragma once

#include <boost/asio/error.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/system/system_error.hpp>
#include <exception>

namespace slipway {

/// True for operation_aborted, also when both sides of an awaited `||` or `&&` ended that way (Asio then throws
/// multiple_exceptions).
inline bool is_cancellation(const std::exception_ptr& thrown) {
    if (!thrown) return false;
    try {
        std::rethrow_exception(thrown);
    } catch (const boost::asio::multiple_exceptions& several) {
        return is_cancellation(several.first_exception());
    } catch (const boost::system::system_error& error) {
        return error.code() == boost::asio::error::operation_aborted;
    } catch (...) {
        return false;
    }
}

}  // namespace slipway
