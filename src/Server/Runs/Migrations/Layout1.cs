using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ReuseAddrDashboard.Server.Runs.Migrations;

/// <summary>
/// The tables as the first version made them, without migrations and with <c>PRAGMA user_version = 1</c>: a directory that has them is entered as one that is
/// here (<see cref="StoreLayout"/>).
/// </summary>
[DbContext(typeof(RunsDb))]
[Migration(Name)]
internal sealed class Layout1 : Migration
{
    public const string Name = "20261122000000_Layout1";

    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "events",
            columns: table => new
            {
                Run = table.Column<string>(type: "TEXT", nullable: false),
                Seq = table.Column<long>(type: "INTEGER", nullable: false),
                Json = table.Column<string>(type: "TEXT", nullable: false),
            },
            constraints: table => table.PrimaryKey("PK_events", e => new { e.Run, e.Seq })
        );
        migrationBuilder.CreateTable(
            name: "runs",
            columns: table => new
            {
                Id = table.Column<string>(type: "TEXT", nullable: false),
                Lab = table.Column<string>(type: "TEXT", nullable: false),
                Header = table.Column<string>(type: "TEXT", nullable: false),
                Finished = table.Column<bool>(type: "INTEGER", nullable: false),
                Summary = table.Column<string>(type: "TEXT", nullable: true),
            },
            constraints: table => table.PrimaryKey("PK_runs", r => r.Id)
        );
        migrationBuilder.CreateIndex(name: "IX_runs_Lab_Finished", table: "runs", columns: ["Lab", "Finished"]);
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.DropTable(name: "events");
        migrationBuilder.DropTable(name: "runs");
    }
}
