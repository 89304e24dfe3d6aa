import { describeWithRealNodes } from '../../testing/real-nodes';
import type { RuntimeError } from './port';
import { imageScript } from './scripts/provision';
import { ContainerBench, request } from './testing/container-bench';

jest.setTimeout(60_000);

/** A registry of one image, on the node itself: what podman asks of one, from a folder in the OCI layout. Counts how often the image is asked for, and is as slow as the file `slow` says. */
const REGISTRY = `
import http.server, json, os, time
LAYOUT = "/srv/layout"
class Registry(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_): pass
    def do_HEAD(self): self.do_GET()
    def do_GET(self):
        parts = self.path.strip("/").split("/")
        body, kind, status = b"{}", "application/json", 200
        if parts[-2:-1] and parts[-2] in ("manifests", "blobs"):
            file = LAYOUT + "/blobs/sha256/" + parts[-1].removeprefix("sha256:")
            if os.path.exists(file):
                body = open(file, "rb").read()
                if parts[-2] == "manifests":
                    kind = "application/vnd.oci.image.manifest.v1+json"
                    open("/srv/asked", "a").write("x")
                    time.sleep(float(open("/srv/slow").read()))
            else:
                status, body = 404, json.dumps({"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]}).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET": self.wfile.write(body)
http.server.HTTPServer.address_family = 2
http.server.ThreadingHTTPServer.server_bind = lambda self: (self.socket.setsockopt(1, 2, 1), self.socket.bind(self.server_address))
http.server.ThreadingHTTPServer(("127.0.0.1", 5000), Registry).serve_forever()
`;
const SOURCE = '127.0.0.1:5000/team/small';

describeWithRealNodes('an image that comes from a registry', () => {
  let bench: ContainerBench;
  let digest: string;
  const image = (wanted: string) => ({ ...request('x').image, source: SOURCE, digest: wanted });
  const refused = (id: string, wanted: string) =>
    bench.runtime.provision(request(id, { image: image(wanted) })).then(
      () => 'done',
      (error: RuntimeError) => `${error.code} ${error.message}`,
    );

  beforeAll(async () => {
    bench = await ContainerBench.start({ gpus: 0 });
    await bench.node.read(
      `printf '[[registry]]\\nlocation = "127.0.0.1:5000"\\ninsecure = true\\n' >/etc/containers/registries.conf.d/local.conf
       podman push --quiet localhost/portico-base:1 oci:/srv/layout; echo 0 >/srv/slow`,
    );
    await bench.node.run('cat >/srv/registry.py', { stdin: REGISTRY });
    digest = await bench.node.read(
      `python3 -c 'import json; print(json.load(open("/srv/layout/index.json"))["manifests"][0]["digest"])'`,
    );
    await bench.node.read(
      'setsid python3 /srv/registry.py >/srv/said 2>&1 </dev/null & until curl -s http://127.0.0.1:5000/v2/; do sleep 0.05; done',
    );
  });
  afterAll(() => bench?.stop());

  it('is not there by that digest: nobody has to wait for more attempts', async () => {
    expect(await refused('alloc_unknown', `sha256:${'b'.repeat(64)}`)).toMatch(
      /^image_missing The registry does not give out/,
    );
    await bench.release({ allocationId: 'alloc_unknown' });
  });

  it('is fetched once, though one who waits gives up and another joins in, and is what its digest says', async () => {
    await bench.node.read('echo 2 >/srv/slow; : >/srv/asked');
    // The step's deadline: the script is ended, and so is everything it waits with.
    bench.intercept = script =>
      script === imageScript ? `(sleep 0.7; kill -9 $$) >/dev/null 2>&1 3>&- & ${script}` : script;
    expect(await refused('alloc_waits', digest)).toMatch(/^node_unreachable/);
    bench.intercept = script => script;
    const said: string[] = [];
    await Promise.all([
      bench.runtime.provision(
        request('alloc_waits', { fencingToken: 12, image: image(digest), report: line => said.push(line) }),
      ),
      bench.runtime.provision(request('alloc_joins', { image: image(digest) })),
    ]);
    expect(said.join(' ')).toContain('Image Debian fetched');
    expect(await bench.node.read('cat /srv/asked')).toBe('x');
    expect(await bench.login('alloc_joins', 'echo well')).toEqual({ status: 0, output: 'well' });
    for (const allocationId of ['alloc_waits', 'alloc_joins']) await bench.release({ allocationId });
    expect(await bench.leftovers()).toEqual([]);
  });

  it('is refused by podman when the registry gives other content for it', async () => {
    await bench.node.read(
      `podman rmi -f ${SOURCE}@${digest}; echo 0 >/srv/slow; echo ' ' >>/srv/layout/blobs/sha256/${digest.slice(7)}`,
    );
    expect(await refused('alloc_other', digest)).toMatch(/^(image_missing|runtime_failed) /);
    await bench.release({ allocationId: 'alloc_other' });
    expect(await bench.leftovers()).toEqual([]);
  });
});
