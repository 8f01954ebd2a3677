require 'etc'
require 'securerandom'
require 'tempfile'

# Things that differ whenever a program is started again.
module Chance
  def self.take
    began = clock(Process::CLOCK_MONOTONIC)
    sleep(0.0003)
    temporary = Tempfile.create('gossip') do |file|
      File.unlink(file.path)
      file.path
    end
    {
      nap_ns: clock(Process::CLOCK_MONOTONIC) - began,
      wall_ns: clock(Process::CLOCK_REALTIME),
      cpu_ns: clock(Process::CLOCK_PROCESS_CPUTIME_ID),
      pid: Process.pid,
      thread: Thread.current.native_thread_id,
      os_random: SecureRandom.hex(8),
      random: rand,
      hash: 'the same text'.hash,
      order: %w[red green blue black white].sort_by(&:hash),
      address: Object.new.inspect,
      identity: Object.new.object_id,
      cpus: Etc.nprocessors,
      temporary: temporary,
      environment: ENV.size
    }
  end

  def self.clock(id)
    Process.clock_gettime(id, :nanosecond)
  end
end
