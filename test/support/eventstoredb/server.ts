import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import grpc, {
  type sendUnaryData,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import gossipService from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import type { ClusterInfo } from '@eventstore/db-client/generated/gossip_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { Empty } from '@eventstore/db-client/generated/shared_pb.js';
import streamsService from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { AppendReq, AppendResp, ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { createLog, type Log, type Proposed, type Revision, type Stored } from './log.js';

/**
 * EventStoreDB for tests: the client's own protocol over real gRPC, on a log in memory. Tests choose which faults
 * occur. Each node has its own relay, so that a connection can be cut as a network cuts it.
 */
export interface TestServer {
  /** `esdb://…`, of all nodes. */
  readonly connection: string;
  readonly log: Log;
  readonly panel: Panel;
  readonly nodes: readonly Node[];
  /** Makes another node the leader. The others refuse requests that need a leader, and name it. */
  lead(node: number): void;
  close(): Promise<void>;
}

interface Node {
  readonly port: number;
  /** Cuts every connection to it. */
  cut(): void;
  /** Accepts no new connections until it is up again. Existing ones stay. */
  shut(): void;
  /** Cuts every connection, and accepts none until it is up again. */
  down(): void;
  up(): Promise<void>;
}

/** What happens to the next append instead of being written and answered. Each entry is for one append. */
export type AppendFault = (append: {
  readonly write: () => AppendResp;
  readonly answer: (error: grpc.ServiceError | null, response?: AppendResp) => void;
  readonly node: Node;
}) => void;

/** What happens to the next read instead of being served. Each entry is for one read. */
type ReadFault = (read: {
  readonly serve: () => void;
  readonly refuse: (error: grpc.ServiceError) => void;
  readonly node: Node;
}) => void;

interface Panel {
  readonly appends: AppendFault[];
  readonly reads: ReadFault[];
  /** With how many events before the requested one each subscription begins. */
  repeated: number;
  /** Events that subscriptions skip, once each, as a faulty server might. */
  readonly passedOver: Set<Stored>;
  /** Ends every subscription, with an error or as if there were no more events. */
  dropSubscriptions(error?: grpc.ServiceError): void;
  subscriptions(): number;
}

export const refusal = (
  code: grpc.status,
  details: string,
  metadata: Readonly<Record<string, string>> = {},
): grpc.ServiceError =>
  Object.assign(new Error(details), { code, details, metadata: grpc.Metadata.fromHttp2Headers({ ...metadata }) });

export const accessDenied = (): grpc.ServiceError =>
  refusal(grpc.status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });

export const streamDeleted = (stream: string): grpc.ServiceError =>
  refusal(grpc.status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });

const notLeader = (leader: Node): grpc.ServiceError =>
  refusal(grpc.status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': '127.0.0.1',
    'leader-endpoint-port': String(leader.port),
  });

/** Faults of one append. */
export const cutBefore: AppendFault = ({ node }) => node.cut();
export const cutDuring: AppendFault = ({ node, write }) => {
  node.cut();
  // The server completes a request even if nobody waits for it any more.
  setImmediate(write);
};
export const cutAfter: AppendFault = ({ node, write }) => {
  write();
  node.cut();
};
export const loseAcknowledgement: AppendFault = ({ write }) => void write();
export const silence: AppendFault & ReadFault = () => undefined;
export const refuse =
  (error: grpc.ServiceError): AppendFault =>
  ({ answer }) =>
    answer(error);
/** The append is written, but the answer is an error. */
export const failAfter =
  (error: grpc.ServiceError): AppendFault =>
  ({ write, answer }) => {
    write();
    answer(error);
  };
/** The server says that its stream is further, but does not give the events, because its followers do not have them. */
export const conflictsAt =
  (current: Revision | bigint): AppendFault =>
  ({ answer }) =>
    answer(null, conflict(-1, current));
/** The append is written, and then taken for another program’s. */
export const conflictsWithItself =
  (current: Revision): AppendFault =>
  ({ write, answer }) => {
    write();
    answer(null, conflict(-1, current));
  };
export const slowly =
  (milliseconds: number): AppendFault =>
  ({ write, answer }) =>
    void setTimeout(() => answer(null, write()), milliseconds);

/** The stream in which the ledger's services ask for the server's time. Its revision does not matter to them. */
export const CLOCK_STREAM = 'bcfclock-asked';
/** The stream in which they note what must happen once. The order of the stream says which note was first. */
export const ONCE_STREAM = 'bcfonce-happened';
const BESIDE: ReadonlySet<string> = new Set([CLOCK_STREAM, ONCE_STREAM]);

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

interface Security {
  readonly key: Buffer;
  readonly certificate: Buffer;
  /** `user:password`. Without it, every request is refused. */
  readonly user: string;
}

/** Starts a server of one node, or a cluster whose first node leads; with security, over TLS. */
export async function startServer(nodes = 1, security?: Security): Promise<TestServer> {
  const log = createLog();
  const subscriptions = new Set<{ end(error?: grpc.ServiceError): void }>();
  const panel: Panel = {
    appends: [],
    reads: [],
    repeated: 0,
    passedOver: new Set(),
    dropSubscriptions(error) {
      for (const each of subscriptions) each.end(error);
    },
    subscriptions: () => subscriptions.size,
  };
  const all: (Node & { stop(): void })[] = [];
  let leader = 0;

  const isKnown = (metadata: grpc.Metadata): boolean =>
    !security || metadata.get('authorization').includes(`Basic ${Buffer.from(security.user).toString('base64')}`);

  const mayNot = (node: number, metadata: grpc.Metadata): grpc.ServiceError | undefined => {
    if (!isKnown(metadata)) return accessDenied();
    return node !== leader && metadata.get('requires-leader').includes('true') ? notLeader(all[leader]!) : undefined;
  };

  function append(node: number, call: ServerReadableStream<AppendReq, AppendResp>, done: sendUnaryData<AppendResp>) {
    const requests: AppendReq[] = [];
    call.on('data', (request: AppendReq) => requests.push(request));
    call.on('error', () => undefined);
    call.on('end', () => {
      const [header, ...messages] = requests;
      const options = header!.getOptions()!;
      const events = messages.map((message) => proposed(message.getProposedMessage()!));
      const stream = Buffer.from(options.getStreamIdentifier()!.getStreamName_asU8()).toString();
      const denied =
        mayNot(node, call.metadata) ??
        (options.hasNoStream() || options.hasRevision() || BESIDE.has(stream)
          ? undefined
          : refusal(grpc.status.INVALID_ARGUMENT, 'The ledger always says what it expects.')) ??
        (events.every(({ id }) => UUID.test(id)) ? undefined : refusal(grpc.status.INVALID_ARGUMENT, 'No UUID.'));
      if (denied) return done(denied);
      const expected = options.hasNoStream() ? -1 : options.hasRevision() ? Number(options.getRevision()) : 'any';
      const write = () => appended(log, stream, expected, events);
      const fault = panel.appends.shift();
      if (fault) fault({ write, answer: (error, response) => done(error, response), node: all[node]! });
      else done(null, write());
    });
  }

  function read(node: number, call: ServerWritableStream<ReadReq, ReadResp>): void {
    call.on('error', () => undefined);
    const denied = mayNot(node, call.metadata);
    const options = call.request.getOptions()!;
    const refuseIt = (error: grpc.ServiceError) => void call.emit('error', error);
    if (denied) return refuseIt(denied);
    const serve = (): void => {
      if (options.hasSubscription()) subscribe(call);
      else void page(log, call);
    };
    const fault = panel.reads.shift();
    if (fault) fault({ serve, refuse: refuseIt, node: all[node]! });
    else serve();
  }

  function subscribe(call: ServerWritableStream<ReadReq, ReadResp>): void {
    const options = call.request.getOptions()!;
    const position = options.getAll()!.getPosition();
    const prefixes = options.getFilter()!.getStreamIdentifier()!.getPrefixList();
    let next = position ? log.events.findIndex((event) => event.position > Number(position.getCommitPosition())) : 0;
    if (next < 0) next = log.events.length;
    next = Math.max(0, next - panel.repeated);
    let live = false;
    let ended = false;
    let grown = (): void => undefined;
    const forget = log.onGrown(() => grown());
    const subscription = {
      end(error?: grpc.ServiceError) {
        if (ended) return;
        ended = true;
        subscriptions.delete(subscription);
        forget();
        grown();
        if (error) call.emit('error', error);
        else call.end();
      },
    };
    subscriptions.add(subscription);
    call.on('cancelled', () => subscription.end());
    const isOver = () => ended;
    const deliver = async (): Promise<void> => {
      call.write(
        new streams.ReadResp().setConfirmation(
          new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId('test'),
        ),
      );
      while (!isOver()) {
        const event = log.events[next];
        if (!event) {
          // The server may say both before the reader has taken any event, so neither proves anything.
          if (!live) call.write(new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp()));
          live = true;
          await new Promise<void>((resolve) => (grown = resolve));
          continue;
        }
        next++;
        if (panel.passedOver.delete(event)) continue;
        const sent = prefixes.some((prefix) => event.stream.startsWith(prefix))
          ? call.write(eventMessage(event))
          : call.write(checkpoint(event.position));
        if (!sent) await drained(call);
      }
    };
    void deliver();
  }

  for (let index = 0; index < nodes; index++) {
    const server = new grpc.Server({ 'grpc.max_receive_message_length': 32 * 1024 * 1024 });
    server.addService(streamsService.StreamsService, {
      append: (call: ServerReadableStream<AppendReq, AppendResp>, done: sendUnaryData<AppendResp>) =>
        append(index, call, done),
      read: (call: ServerWritableStream<ReadReq, ReadResp>) => read(index, call),
    });
    server.addService(gossipService.GossipService, {
      read: (_call: ServerUnaryCall<Empty, ClusterInfo>, done: sendUnaryData<ClusterInfo>) =>
        done(null, members(all, leader)),
    });
    const port = await new Promise<number>((resolve, reject) => {
      const credentials = security
        ? grpc.ServerCredentials.createSsl(null, [{ private_key: security.key, cert_chain: security.certificate }])
        : grpc.ServerCredentials.createInsecure();
      server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
    });
    const relay = await relayTo(port);
    all.push({ ...relay, stop: () => server.forceShutdown() });
  }

  return {
    connection: `esdb://${all.map(({ port }) => `127.0.0.1:${port}`).join(',')}?tls=false&discoveryInterval=5&maxDiscoverAttempts=2`,
    log,
    panel,
    nodes: all,
    lead(node) {
      leader = node;
    },
    async close() {
      for (const node of all) {
        node.down();
        node.stop();
      }
    },
  };
}

/** Stands between the client and a node. It cuts both sides of a connection without a word. */
async function relayTo(target: number): Promise<Node> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    // Small messages are sent at once, as by the client and the server.
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  const relay = createServer((client) => {
    const server = keep(connect(target, '127.0.0.1'));
    keep(client);
    client.pipe(server).pipe(client);
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const { port } = relay.address() as AddressInfo;
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const shut = (): void => void relay.close();
  return {
    port,
    cut,
    shut,
    down() {
      shut();
      cut();
    },
    async up() {
      relay.listen(port, '127.0.0.1');
      await once(relay, 'listening');
    },
  };
}

function proposed(message: AppendReq.ProposedMessage): Proposed {
  return {
    id: message.getId()!.getString(),
    type: message.getMetadataMap().get('type')!,
    contentType: message.getMetadataMap().get('content-type')!,
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

function conflict(expected: Revision, current: Revision | bigint): AppendResp {
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  if (expected < 0) wrong.setExpectedNoStream(new shared.Empty());
  else wrong.setExpectedRevision(String(expected));
  if (current < 0) wrong.setCurrentNoStream(new shared.Empty());
  else wrong.setCurrentRevision(String(current));
  return new streams.AppendResp().setWrongExpectedVersion(wrong);
}

function appended(log: Log, stream: string, expected: Revision | 'any', events: readonly Proposed[]): AppendResp {
  const written = log.append(stream, expected, events);
  if (written.is === 'conflict') return conflict(Number(expected), written.current);
  const at = String(written.position);
  const position = new streams.AppendResp.Position().setCommitPosition(at).setPreparePosition(at);
  const success = new streams.AppendResp.Success().setCurrentRevision(String(written.last)).setPosition(position);
  return new streams.AppendResp().setSuccess(success);
}

/** Waits until more can be sent, or nobody wants it. */
async function drained(call: ServerWritableStream<ReadReq, ReadResp>): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  await Promise.race([once(call, 'drain', { signal }), once(call, 'cancelled', { signal })]);
  over.abort();
}

async function page(log: Log, call: ServerWritableStream<ReadReq, ReadResp>): Promise<void> {
  const options = call.request.getOptions()!;
  const backwards = options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS;
  const count = Number(options.getCount());
  const stream = options.getStream();
  let events: readonly Stored[];
  if (stream) {
    const name = Buffer.from(stream.getStreamIdentifier()!.getStreamName_asU8()).toString();
    events = log.stream(name);
    if (events.length === 0) {
      const missing = new streams.ReadResp.StreamNotFound().setStreamIdentifier(stream.getStreamIdentifier());
      call.write(new streams.ReadResp().setStreamNotFound(missing));
      call.end();
      return;
    }
    const from = stream.hasRevision() ? Number(stream.getRevision()) : 0;
    if (!backwards) events = events.filter(({ revision }) => revision >= from);
  } else {
    events = log.events;
    const position = options.getAll()!.getPosition();
    const at = position && Number(position.getCommitPosition());
    if (at !== undefined) {
      // Reading forwards includes the position; reading backwards does not.
      const begin = firstAtOrAfter(events, at);
      events = backwards ? events.slice(0, begin) : events.slice(begin, begin + count);
    }
  }
  const chosen = backwards ? events.slice(Math.max(0, events.length - count)).reverse() : events.slice(0, count);
  for (const event of chosen) {
    if (!call.write(eventMessage(event))) await drained(call);
  }
  call.end();
}

function firstAtOrAfter(events: readonly Stored[], position: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle]!.position < position) low = middle + 1;
    else high = middle;
  }
  return low;
}

function eventMessage(event: Stored): ReadResp {
  const at = String(event.position);
  const record = new streams.ReadResp.ReadEvent.RecordedEvent()
    .setId(new shared.UUID().setString(event.id))
    .setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(event.stream)))
    .setStreamRevision(String(event.revision))
    .setCommitPosition(at)
    .setPreparePosition(at)
    .setCustomMetadata(event.metadata)
    .setData(event.data);
  record
    .getMetadataMap()
    .set('type', event.type)
    .set('content-type', event.contentType)
    .set('created', String(event.created * 10_000));
  return new streams.ReadResp().setEvent(new streams.ReadResp.ReadEvent().setEvent(record).setCommitPosition(at));
}

const checkpoint = (position: number): ReadResp =>
  new streams.ReadResp().setCheckpoint(
    new streams.ReadResp.Checkpoint().setCommitPosition(String(position)).setPreparePosition(String(position)),
  );

function members(nodes: readonly Node[], leader: number): ClusterInfo {
  const { LEADER, FOLLOWER } = gossip.MemberInfo.VNodeState;
  return new gossip.ClusterInfo().setMembersList(
    nodes.map(({ port }, index) =>
      new gossip.MemberInfo()
        .setInstanceId(new shared.UUID().setString('00000000-0000-4000-8000-000000000000'))
        .setTimeStamp('0')
        .setState(index === leader ? LEADER : FOLLOWER)
        .setIsAlive(true)
        .setHttpEndPoint(new gossip.EndPoint().setAddress('127.0.0.1').setPort(port)),
    ),
  );
}
