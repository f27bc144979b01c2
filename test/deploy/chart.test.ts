import { Deployment } from 'kubernetes-models/apps/v1';
import { Job } from 'kubernetes-models/batch/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { Service, ServiceAccount } from 'kubernetes-models/v1';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { canRender, render, type Manifest } from './chart.js';
import { faultsOf } from './unknown-fields.js';

const KINDS: Readonly<Record<string, new (manifest: never) => { validate(): unknown }>> = {
  Deployment,
  Job,
  PodDisruptionBudget,
  Service,
  ServiceAccount,
  ServiceMonitor,
};

const EVERYTHING = {
  image: { tag: '1.2.3' },
  env: { BETTER_AUTH_URL: 'https://auth.example.com', DATABASE_POOL_SIZE: 20, SESSION_CACHE: true },
  imagePullSecrets: [{ name: 'registry' }],
  serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
  serviceAccount: { annotations: { 'example.com/role': 'auth' } },
  podAnnotations: { 'example.com/note': 'yes' },
  nodeSelector: { disk: 'fast' },
  tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'auth', effect: 'NoSchedule' }],
  affinity: {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 1, podAffinityTerm: { topologyKey: 'topology.kubernetes.io/zone' } },
      ],
    },
  },
};

const validate = (manifest: Manifest) => {
  const Kind = KINDS[manifest.kind];
  if (!Kind) throw new Error(`The chart has a kind without a schema: ${manifest.kind}`);
  new Kind(manifest as never).validate();
};

// Machines without Helm and without Go skip these tests. `.ci/run` installs Go.
(canRender ? describe : describe.skip)('the chart', () => {
  const SETS = {
    'its defaults': {},
    'everything on': EVERYTHING,
    'one replica and no migration': { replicas: 1, migration: { enabled: false } },
  };

  test.each([
    ['its defaults', ['Deployment', 'Job', 'PodDisruptionBudget', 'Service', 'ServiceAccount']],
    [
      'everything on',
      ['Deployment', 'Job', 'PodDisruptionBudget', 'Service', 'ServiceAccount', 'ServiceMonitor'],
    ],
    ['one replica and no migration', ['Deployment', 'Service', 'ServiceAccount']],
  ] as const)('with %s is valid by the schemas of Kubernetes', (name, kinds) => {
    const manifests = render(SETS[name]);
    expect(manifests.map(({ kind }) => kind).toSorted()).toEqual(kinds);
    for (const manifest of manifests) validate(manifest);
    const wrong = {
      kind: 'Service',
      apiVersion: 'v1',
      metadata: { name: 'x' },
      spec: { ports: [{ port: 'http' }] },
    };
    expect(() => validate(wrong)).toThrow(/port/);
  });

  test('has no field that Kubernetes does not know', () => {
    const unknown = { kind: 'Service', apiVersion: 'v1', metadata: { name: 'x' }, spec: { selektor: {} } };
    expect(faultsOf([...Object.values(SETS).flatMap(render), unknown])).toEqual([
      expect.stringContaining('selektor'),
    ]);
  });

  test('the migration runs before everything else, with the environment of the server', () => {
    const manifests = render(EVERYTHING);
    const [job, deployment] = ['Job', 'Deployment'].map((kind) =>
      manifests.find((each) => each.kind === kind),
    );
    expect(job?.metadata.annotations?.['helm.sh/hook']).toBe('pre-install,pre-upgrade');
    const [migration, server] = [job, deployment].map(containerOf);
    expect(migration).toMatchObject({
      env: server?.['env'],
      envFrom: server?.['envFrom'],
      image: server?.['image'],
    });
    expect(server?.['env']).toContainEqual({ name: 'DATABASE_POOL_SIZE', value: '20' });
  });

  test('no pod runs as root, changes its files or gets more rights', () => {
    const pods = render().filter(({ kind }) => kind === 'Job' || kind === 'Deployment');
    for (const pod of pods) {
      expect(pod).toMatchObject({
        spec: { template: { spec: { securityContext: { runAsNonRoot: true, runAsUser: 1000 } } } },
      });
      expect(containerOf(pod)?.['securityContext']).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  test('without the name of a Secret it says what is missing', () => {
    expect(() => render({ existingSecret: '' })).toThrow(/Set existingSecret/);
  });
});

function containerOf(manifest: Manifest | undefined): Record<string, unknown> | undefined {
  const { template } = manifest?.['spec'] as {
    template: { spec: { containers: Record<string, unknown>[] } };
  };
  return template.spec.containers[0];
}
