using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ReuseAddrDashboard.Server.Runs.Migrations;

/// <summary>Runs are found by scenario and by result. The results of those that are there are filled in with their lines of the list.</summary>
[DbContext(typeof(RunsDb))]
[Migration("20261126120000_Layout3")]
internal sealed class Layout3 : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<string>(name: "Scenario", table: "runs", type: "TEXT", nullable: false, defaultValue: "");
        migrationBuilder.AddColumn<string>(name: "Result", table: "runs", type: "TEXT", nullable: true);
        migrationBuilder.Sql("""UPDATE "runs" SET "Scenario" = coalesce(json_extract("Header", '$.scenario'), '') WHERE json_valid("Header");""");
        migrationBuilder.Sql("""UPDATE "runs" SET "Summary" = NULL;""");
        migrationBuilder.CreateIndex(name: "IX_runs_Scenario_Id", table: "runs", columns: ["Scenario", "Id"]);
        migrationBuilder.CreateIndex(name: "IX_runs_Result_Id", table: "runs", columns: ["Result", "Id"]);
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.DropIndex(name: "IX_runs_Result_Id", table: "runs");
        migrationBuilder.DropIndex(name: "IX_runs_Scenario_Id", table: "runs");
        migrationBuilder.DropColumn(name: "Result", table: "runs");
        migrationBuilder.DropColumn(name: "Scenario", table: "runs");
    }
}
