-- The schema that the database tests use: two small systems in one database, each with a few rows.

-- A help desk, for scripts/database.js
CREATE TABLE users (
  id text PRIMARY KEY,
  name text NOT NULL,
  email text NOT NULL UNIQUE
);

CREATE TABLE tickets (
  id text PRIMARY KEY,
  organization_id text NOT NULL,
  title text NOT NULL,
  description text NOT NULL DEFAULT '',
  status text NOT NULL DEFAULT 'OPEN',
  priority text NOT NULL DEFAULT 'MEDIUM',
  assignee_id text REFERENCES users (id),
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX tickets_by_organization ON tickets (organization_id, created_at DESC);

CREATE TABLE products (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL
);

INSERT INTO users VALUES ('ada', 'Ada', 'ada@example.com'), ('max', 'Max', 'max@example.com');
INSERT INTO tickets (id, organization_id, title, assignee_id)
  VALUES ('t1', 'org_1', 'The printer is on fire', 'ada'), ('t2', 'org_loadtest', 'A test', 'max');
INSERT INTO products (name) VALUES ('Anvil'), ('Rocket');

-- A shop whose rows go through a pipeline, for scripts/cdc-baseline.js and the like
CREATE TABLE customers (
  id uuid PRIMARY KEY,
  email text NOT NULL UNIQUE,
  name text NOT NULL,
  status text NOT NULL CHECK (status IN ('pending', 'active', 'suspended')),
  -- Goes up with every change, so that a reader can tell old from new.
  revision integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE addresses (
  id uuid PRIMARY KEY,
  customer_id uuid NOT NULL REFERENCES customers (id),
  type text NOT NULL CHECK (type IN ('billing', 'shipping')),
  street text NOT NULL,
  city text NOT NULL,
  state text NOT NULL,
  postal_code text NOT NULL,
  country text NOT NULL,
  is_default boolean NOT NULL DEFAULT false
);

CREATE TABLE orders (
  id uuid PRIMARY KEY,
  customer_id uuid NOT NULL REFERENCES customers (id),
  reference text NOT NULL,
  status text NOT NULL,
  total numeric(10, 2) NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO customers (id, email, name, status)
  VALUES ('00000000-0000-4000-8000-000000000001', 'ada@example.com', 'Ada', 'active');
