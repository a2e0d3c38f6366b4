import { describe, it } from "vitest";
import { check } from "./check.ts";

const READS = [
  "psql -l",
  "psql -h localhost -c 'select 1'",
  "psql postgres://db.example.com/app -c 'select id, name from users limit 10'",
  "psql \"$DATABASE_URL\" -c '\\dt'",
  "psql -h db.example.com -c '\\d+ users'",
  "psql -h db.example.com -c 'explain select * from users'",
  "psql -h db.example.com -c 'show server_version'",
  'psql "$DATABASE_URL" -Atc "select pg_size_pretty(pg_database_size(current_database()))"',
  'psql "$DATABASE_URL" -c "select pid, state, query from pg_stat_activity where state <> \'idle\'"',
  'psql -h db.example.com -c "select relname, n_live_tup from pg_stat_user_tables order by 2 desc"',
  "psql -h db.example.com -c \"select date_trunc('day', created_at), count(*) from orders group by 1\"",
  "psql --version",
  "mysql -h db.example.com -e 'SHOW DATABASES'",
  "mysql -h db.example.com app -e 'select count(*) from orders'",
  "mysql -e 'DESCRIBE users' app",
  "mysql -h db.example.com -e 'EXPLAIN SELECT * FROM t'",
  "sqlite3 app.db 'select * from users limit 5'",
  "sqlite3 app.db .schema",
  "sqlite3 app.db '.tables'",
  "sqlite3 -header -column app.db 'select 1'",
  "sqlite3 app.db 'pragma table_info(users)'",
  "redis-cli ping",
  "redis-cli -h prod-cache info",
  "redis-cli --scan --pattern 'user:*'",
  "redis-cli get x",
  "redis-cli -h cache ttl x",
  "mongosh mongodb://db.example.com/app --eval 'db.users.find().limit(5)'",
  "mongosh --eval 'db.users.countDocuments({})'",
  "mongosh --quiet --eval 'db.adminCommand({ping: 1})'",
  "mongosh --eval 'show dbs'",
  "duckdb data.db 'select 1'",
  "clickhouse-client --query 'select count() from t'",
  "cqlsh -e 'DESCRIBE KEYSPACES'",
  "pg_isready -h localhost",
  "pg_restore -l x.dump",
  "pg_dump -h db.example.com app",
  "mysqladmin status",
  "mysqldump -h db.example.com app",
  "rclone lsd remote:",
  "rclone sync a remote:b --dry-run",
  "restic snapshots",
  "borg info repo",
  "pgbackrest info",
  "prisma migrate status",
  "prisma validate",
  "drizzle-kit check",
  "alembic current",
  "alembic history",
  "flyway info",
  "flyway validate",
  "liquibase status",
  "knex migrate:status",
  "typeorm migration:show",
  "sequelize db:migrate:status",
  "goose status",
  "dbmate status",
  "atlas migrate lint",
  "sqlx migrate info",
  "diesel migration list",
  "migrate -path m -database postgres://db.example.com/x version",
  "hasura migrate status",
  "phinx status",
  "alembic upgrade head --sql",
];

const LOCAL_WORK = [
  "prisma generate",
  "prisma format",
  "prisma init",
  "drizzle-kit generate",
  "knex migrate:make add_x",
  "alembic revision --autogenerate -m x",
  "goose create add_x sql",
  "sqlx prepare",
  "typeorm migration:generate src/m/X -d src/ds.ts",
  "sequelize migration:generate --name x",
  "flask db migrate -m x",
  "rails generate model User",
  "rails routes",
  "rails server",
  "rake assets:precompile",
  "python manage.py makemigrations",
  "python manage.py runserver",
  "python manage.py check",
  "python manage.py startapp x",
  "python manage.py collectstatic --noinput",
  "python manage.py test",
  "rails test",
  "createdb app_test",
  "createdb -h localhost app_dev",
  "psql -h localhost app_dev -c 'create table t (id int)'",
  'psql -h localhost app_dev -c "insert into t values (1)"',
  "psql -U postgres -c 'create database app_dev'",
  "psql postgresql://localhost:5432/app -c 'create index on t (id)'",
  "sqlite3 dev.db 'delete from users'",
  "sqlite3 dev.db 'create table t (id int)'",
  "sqlite3 dev.db \"update users set name = 'x'\"",
  "sqlite3 :memory: 'create table t(a)'",
  "redis-cli set x 1",
  "mongosh --eval 'db.users.insertOne({a: 1})'",
  "mysql -u root -e 'create database app_dev'",
  "pg_dump -h localhost app > backup.sql",
  "pg_dump -h db.example.com app -f backup.sql",
  "sqlite3 app.db '.backup backup.db'",
];

const GUARDED = [
  "heroku run rails db:drop",
  "psql \"$DATABASE_URL\" -c 'DROP TABLE x'",
  "psql -h db.example.com -c 'TRUNCATE orders'",
  "psql -h db.example.com -c 'UPDATE users SET admin = true'",
  "psql postgres://u:p@db.example.com:5432/app -f missing.sql",
  "psql -h db.example.com -c 'ALTER TABLE t DROP COLUMN c'",
  "psql -h db.example.com -c 'GRANT ALL ON t TO x'",
  "psql -h db.example.com -c 'DO $$ BEGIN DELETE FROM t; END $$'",
  "psql -h db.example.com -c 'select pg_terminate_backend(pid) from pg_stat_activity'",
  "psql -h db.example.com app < dump.sql",
  "echo 'drop table x' | psql \"$DATABASE_URL\"",
  "cat x.sql | psql -h db.example.com",
  "PGHOST=db.example.com psql -c 'DROP TABLE x'",
  "mysql -h db.example.com -e 'DROP DATABASE app'",
  "mysql -h db.example.com app -e 'DELETE FROM users'",
  "mysql -h db.example.com app < dump.sql",
  "mariadb -h db.example.com -e 'TRUNCATE t'",
  "redis-cli -h prod.cache.example.com FLUSHALL",
  "redis-cli -u redis://cache.example.com FLUSHDB",
  "redis-cli -h c.example.com DEL x",
  "mongosh mongodb+srv://x.mongodb.net/app --eval 'db.dropDatabase()'",
  "mongosh mongodb://db.example.com/app --eval 'db.users.deleteMany({})'",
  'mongosh mongodb://db.example.com/app --eval \'db["users"]["drop"]()\'',
  `mongosh mongodb://db.example.com/app --eval "db['users']['delete' + 'Many']({})"`,
  "mongo db.example.com/app --eval 'db.users.drop()'",
  "cockroach sql --url postgres://db.example.com/x -e 'DROP DATABASE x'",
  "clickhouse-client -h ch.example.com -q 'DROP TABLE t'",
  "sqlcmd -S sql.example.com -Q 'DROP TABLE x'",
  "cqlsh db.example.com -e 'DROP KEYSPACE x'",
  "dropdb -h db.example.com app",
  "dropdb --host=db.example.com --if-exists app",
  "pg_restore --clean -d postgres://db.example.com/app x.dump",
  "mysqladmin -h db.example.com drop app -f",
  "mongorestore --drop --uri mongodb://db.example.com/app",
  "restic forget --keep-last 1 --prune",
  "borg delete repo",
  "rclone sync a remote:b",
  "rclone delete remote:b",
  "rclone purge remote:b",
  "pgbackrest stanza-delete --stanza=main",
  "prisma migrate reset --force",
  "prisma db push --accept-data-loss",
  "prisma migrate deploy",
  "drizzle-kit push --force",
  "drizzle-kit push",
  "drizzle-kit migrate",
  "knex migrate:rollback --all",
  "knex migrate:latest --env production",
  "typeorm schema:drop",
  "typeorm migration:revert",
  "sequelize db:drop",
  "sequelize db:migrate:undo:all",
  "mikro-orm schema:drop --run",
  "RAILS_ENV=production rails db:reset",
  "RAILS_ENV=production rake db:schema:load",
  "rails db:drop -e production",
  "python manage.py flush --no-input",
  "python manage.py migrate app zero",
  "django-admin flush",
  "alembic downgrade base",
  "alembic upgrade head",
  "flyway clean",
  "flyway migrate -url=jdbc:postgresql://db.example.com/x",
  "liquibase drop-all",
  "liquibase rollback-count 5",
  "dbmate drop",
  "goose reset",
  "atlas schema apply -u postgres://db.example.com/x --to file://s.hcl --auto-approve",
  "sqlx database drop -y",
  "diesel database reset",
  "migrate -path m -database postgres://db.example.com/x down -all",
  "hasura metadata clear",
  "php artisan migrate:fresh --force",
  "php artisan db:wipe --env=production",
  "artisan migrate:fresh",
  "MIX_ENV=prod mix ecto.drop",
  "phinx rollback -e production -t 0",
  "flask db downgrade",
];

describe("[A-databases] what only looks passes without a question", () => {
  it.each(READS)("%s", (line) => check(line, { atMost: 0 }));
});

describe("[A-databases] building up the operator's own database passes without a question", () => {
  it.each(LOCAL_WORK)("%s", (line) => check(line, { atMost: 1 }));
});

describe("[A-databases] a change in somebody else's database waits for a second person", () => {
  it.each(GUARDED)("%s", (line) => check(line, { atLeast: 3 }));
});

describe("[A-databases] losing the operator's own data asks the operator, nobody else", () => {
  it.each([
    "psql -h localhost app -c 'DROP TABLE users'",
    "psql -c 'TRUNCATE users' app",
    "psql -h 127.0.0.1 app -c 'DELETE FROM users WHERE id = 1'",
    "mysql -e 'DROP DATABASE app'",
    "dropdb app_dev",
    "mongosh --eval 'db.dropDatabase()'",
    "redis-cli DEL session:1",
  ])("%s", (line) => check(line, { atLeast: 2 }));
});

const LOCAL_ENV = { files: { ".env": "DATABASE_URL=postgres://app:pw@localhost:5432/app_dev\n" } };
const REMOTE_ENV = { files: { ".env": 'DATABASE_URL="postgres://app:pw@db.example.com/app"\n' } };

describe("[A-databases] a migration is judged by the database that the project names", () => {
  const MIGRATIONS = [
    "prisma migrate dev",
    "prisma migrate deploy",
    "prisma db push",
    "drizzle-kit migrate",
    "drizzle-kit push",
    "knex migrate:latest",
    "sequelize db:migrate",
    "alembic upgrade head",
    "flask db upgrade",
    "dbmate up",
    "sqlx migrate run",
    "diesel migration run",
    "rails db:migrate",
  ];
  it.each(MIGRATIONS)("on the loopback: %s", (line) => check(line, { atMost: 1 }, LOCAL_ENV));
  it.each(MIGRATIONS)("elsewhere: %s", (line) => check(line, { atLeast: 3 }, REMOTE_ENV));
  it.each(MIGRATIONS)("when the environment overrides the file: %s", (line) =>
    check(line, { atLeast: 3 }, { ...LOCAL_ENV, env: { DATABASE_URL: "postgres://db.example.com/app" } }),
  );
  it.each([
    "prisma migrate reset --force",
    "prisma db push --force-reset",
    "rails db:drop",
    "rails db:reset",
    "alembic downgrade -1",
    "dbmate drop",
    "sqlx database drop",
  ])("a reset on the loopback asks: %s", (line) => check(line, { tier: 2 }, LOCAL_ENV));
});

describe("[A-databases] the framework's own settings say where the database is", () => {
  it("a sqlite file of the workspace comes back with it", () =>
    check(
      "prisma migrate reset --force",
      { tier: 1 },
      {
        files: {
          "prisma/schema.prisma": 'datasource db {\n  provider = "sqlite"\n  url = "file:./dev.db"\n}',
        },
      },
    ));
  it("Django's sqlite default", () =>
    check(
      "python manage.py migrate",
      { tier: 1 },
      {
        files: {
          "manage.py": "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site1.settings')",
          "site1/settings.py":
            "DATABASES = {\n  'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': BASE_DIR / 'db.sqlite3'},\n}\n",
        },
      },
    ));
  it("Django with a host elsewhere", () =>
    check(
      "python manage.py flush --noinput",
      { atLeast: 4 },
      {
        files: {
          "manage.py": "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site1.settings')",
          "site1/settings.py":
            "DATABASES = {\n  'default': {'ENGINE': 'django.db.backends.postgresql', 'HOST': 'db.example.com'},\n}\n",
        },
      },
    ));
  it("Rails' development section", () =>
    check(
      "rails db:migrate",
      { tier: 1 },
      {
        files: {
          "config/database.yml":
            "default: &default\n  adapter: postgresql\n  host: localhost\ndevelopment:\n  <<: *default\n  database: app_dev\nproduction:\n  host: db.example.com\n",
        },
      },
    ));
  it("Rails' development section with a host elsewhere", () =>
    check(
      "rails db:reset",
      { atLeast: 4 },
      { files: { "config/database.yml": "development:\n  adapter: postgresql\n  host: db.example.com\n" } },
    ));
  it("Laravel tests without a database of their own empty the configured one", () =>
    check(
      "artisan test",
      { atLeast: 2 },
      { files: { ".env": "DB_CONNECTION=mysql\nDB_HOST=127.0.0.1\nDB_DATABASE=app\n" } },
    ));
  it("Laravel tests in memory", () =>
    check(
      "artisan test",
      { atMost: 1 },
      {
        files: {
          "phpunit.xml":
            '<env name="DB_CONNECTION" value="sqlite"/>\n<env name="DB_DATABASE" value=":memory:"/>',
        },
      },
    ));
  it("Laravel's migrate:fresh against another host", () =>
    check("artisan migrate:fresh", { atLeast: 4 }, { files: { ".env": "DB_HOST=db.example.com\n" } }));
});

describe("[A-databases] statements arrive by every door", () => {
  const files = {
    "drop.sql": "BEGIN;\nDROP TABLE users;\nCOMMIT;\n",
    "safe.sql": "SELECT 1;\n-- DROP TABLE users\n",
  };
  it.each([
    "psql -h db.example.com -f drop.sql",
    "psql -h db.example.com < drop.sql",
    "cat drop.sql | psql -h db.example.com",
    "psql -h db.example.com -c '\\i drop.sql'",
    "psql -h db.example.com <<'EOF'\nDROP TABLE users;\nEOF",
    "psql -h db.example.com <<< 'DROP TABLE users'",
    "mysql -h db.example.com app < drop.sql",
    "mysql -h db.example.com app -e 'source drop.sql'",
  ])("%s", (line) => check(line, { atLeast: 4 }, { files }));
  it.each([
    "psql -h db.example.com -f safe.sql",
    "psql -h db.example.com < safe.sql",
    "psql -h db.example.com <<'EOF'\nSELECT 'DROP TABLE users';\nEOF",
  ])("%s", (line) => check(line, { atMost: 0 }, { files }));
});

describe("[A-databases] commands of the database shell itself are judged as what they are", () => {
  it.each([
    ["psql -h localhost app -c '\\! rm -rf /'", 3],
    ["psql -h localhost app -c '\\dt'", 0],
    ["psql -h db.example.com app -c \"\\copy users to 'users.csv' csv\"", 1],
    ["psql -h db.example.com app -c \"\\copy users from 'users.csv' csv\"", 3],
    ["sqlite3 app.db '.shell rm -rf /'", 3],
    ["sqlite3 app.db '.tables'", 0],
    ["mysql -e 'system rm -rf /'", 3],
  ] as const)("%s", (line, tier) => check(line, { tier }));
});
