# What Ruby's Rack makes of a request. Started as `ruby rack.rb PORT`.
# Answers a tree as php.php does. Speaks just enough HTTP for one request a connection.

require 'json'
require 'rack'
require 'socket'
require 'stringio'

def base64(text)
  [text.to_s.b].pack('m0')
end

def tree(value)
  case value
  when Hash then value.map { |name, inner| [base64(name), tree(inner)] }
  when Array then value.each_with_index.map { |inner, at| [base64(at), tree(inner)] }
  else base64(value)
  end
end

def answer(socket)
  head = socket.gets("\r\n\r\n") or return
  method, target = head.split(' ', 3)
  headers = head.lines.drop(1).filter_map { |line| line.chomp.split(': ', 2) if line.include?(': ') }
  headers = headers.to_h { |name, value| [name.downcase, value] }
  body = socket.read(headers.fetch('content-length', '0').to_i)
  path, query = target.split('?', 2)
  request = Rack::Request.new(
    'REQUEST_METHOD' => method, 'PATH_INFO' => path, 'QUERY_STRING' => query.to_s,
    'CONTENT_TYPE' => headers['content-type'], 'CONTENT_LENGTH' => body.bytesize.to_s,
    'rack.input' => StringIO.new(body)
  )
  parsed = begin
    { query: tree(request.GET), form: tree(request.POST), body: base64(body) }
  rescue StandardError => refusal
    { refused: "#{refusal.class}: #{refusal.message}".scrub }
  end
  json = JSON.generate(parsed)
  socket.write "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: #{json.bytesize}\r\nConnection: close\r\n\r\n#{json}"
ensure
  socket.close
end

server = TCPServer.new('127.0.0.1', Integer(ARGV.fetch(0)))
loop { Thread.new(server.accept) { |socket| answer(socket) } }
