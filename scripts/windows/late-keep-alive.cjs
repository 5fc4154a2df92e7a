// Wine 8 does not know the options of TCP keep-alive, and libuv does not connect a socket whose options were refused. Once it
// is connected, Node ignores the refusal; Windows takes them at any time.
const { Socket } = require("node:net");

const setKeepAlive = Reflect.get(Socket.prototype, "setKeepAlive");
Socket.prototype.setKeepAlive = function setLateKeepAlive(...args) {
  if (!this.connecting) return setKeepAlive.apply(this, args);
  this.once("connect", () => setKeepAlive.apply(this, args));
  return this;
};
