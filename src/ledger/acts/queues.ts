/** Has acts of one name, such as a stream, wait for each other, so that they do not conflict. */
export function createQueues(): <T>(name: string, act: () => Promise<T>) => Promise<T> {
  /** The last act under way of each name. */
  const last = new Map<string, Promise<unknown>>();
  return (name, act) => {
    const turn = (last.get(name) ?? Promise.resolve()).then(act, act);
    last.set(name, turn);
    const leave = () => {
      if (last.get(name) === turn) last.delete(name);
    };
    turn.then(leave, leave);
    return turn;
  };
}
