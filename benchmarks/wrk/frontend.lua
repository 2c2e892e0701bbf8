-- All flags of another user each time.
local number = 0
local path

function init() path = wrk.path end

request = function()
  number = number + 1
  return wrk.format("GET", path .. "?userId=u-" .. number)
end
