using System.Reflection;
using ReuseAddrDashboard.Server;
using ReuseAddrDashboard.Server.Edge;
using ReuseAddrDashboard.Server.LocalHosts;
using ReuseAddrDashboard.Server.Options;
using ReuseAddrDashboard.Server.Scenarios;

if (args.Contains("--help"))
{
    Console.WriteLine(DashboardOptionsReader.Help);
    return 0;
}
if (args.Contains("--version"))
{
    Console.WriteLine(Assembly.GetExecutingAssembly().GetName().Version!.ToString(3));
    return 0;
}
if (args is ["--healthcheck", var url])
    return await HealthCheck.Ask(url);

DashboardOptions options = DashboardOptionsReader.Read(args, Environment.GetEnvironmentVariable, out IReadOnlyList<string> errors);
if (errors.Count > 0)
{
    foreach (string error in errors)
        Console.Error.WriteLine(error);
    return 2;
}

DataDirectory data;
ScenarioCatalog scenarios;
try
{
    data = DataDirectory.Hold(options.Data);
    scenarios = ScenarioCatalog.Load(Path.Combine(AppContext.BaseDirectory, "Scenarios"));
}
catch (InvalidDataException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

using (data)
using (PrivateDirectory directory = PrivateDirectory.Create())
{
    WebApplication app = Dashboard.Build(options, data, directory, scenarios, TimeProvider.System);
    Dashboard.MapPage(app);
    try
    {
        await Dashboard.Start(app);
    }
    catch (Exception e) when (e is InvalidDataException or IOException)
    {
        Console.Error.WriteLine(e is InvalidDataException ? e.Message : $"{e.Message} Choose another address with --urls.");
        await app.DisposeAsync();
        return 1;
    }
    StartMessage.Print(app, options);
    await app.WaitForShutdownAsync();
    await app.DisposeAsync();
    return 0;
}
