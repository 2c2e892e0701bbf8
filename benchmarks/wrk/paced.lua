-- Another user and experiment with every request, each connection resting PAUSE ms on average between two.
local number = 0
local pause = tonumber(os.getenv("PAUSE"))

request = function()
  number = number + 1
  return wrk.format("GET", "/api/v1/assign?experiment=exp-" .. number % 20 .. "&user_id=u-" .. number)
end

delay = function() return math.random(0, 2 * pause) end
