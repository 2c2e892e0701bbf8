-- Another user and experiment with every request.
local number = 0

request = function()
  number = number + 1
  return wrk.format("GET", "/api/v1/assign?experiment=exp-" .. number % 20 .. "&user_id=u-" .. number)
end
