# A shop with the Ruby SDK, unchanged.  ruby_client.rb DSN
require 'sentry-ruby'

Sentry.init do |config|
  config.dsn = ARGV[0]
  config.release = 'shop@1.4.0'
  config.environment = 'production'
  config.background_worker_threads = 0 # sends at once, so that the end of the program loses nothing
  config.logger = ::Logger.new($stderr)
end

def total(cart)
  cart[:price].fetch(:amount)
end

begin
  total({})
rescue NoMethodError => error
  sent = Sentry.capture_exception(error)
end
puts "sent with #{Sentry::VERSION}" if sent
