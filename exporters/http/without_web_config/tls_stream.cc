// Replaces ../tls_stream.cc if a library that the web configuration file needs was missing when narthex was built: then
// there is no gate, and no connection has TLS.
#include <exception>

#include "http/byte_stream.h"

namespace narthex::detail {

std::unique_ptr<ByteStream> tls_stream(std::shared_ptr<const TlsContext>, int) { std::terminate(); }

}  // namespace narthex::detail
