using System.ComponentModel;
using System.Diagnostics;

namespace Capacity.Cli.Serving;

/// <summary>Opens a page in the user's browser, where there is one.</summary>
internal static class BrowserOpener
{
    /// <summary>Tries to open an address.</summary>
    /// <param name="address">Of the page.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <returns>Whether a browser, or what starts it, was found.</returns>
    public static bool TryOpen(Uri address, Func<string, string?> variable)
    {
        bool isSet(string name) => !string.IsNullOrEmpty(variable(name));
        (string Program, bool Shell)? opener = OperatingSystem.IsWindows() ? (address.AbsoluteUri, true)
            : OperatingSystem.IsMacOS() ? ("open", false)
            : isSet("DISPLAY") || isSet("WAYLAND_DISPLAY") ? ("xdg-open", false)
            : null;
        if (opener is not var (program, shell) || isSet("CI"))
        {
            return false;
        }

        try
        {
            var start = new ProcessStartInfo(program) { UseShellExecute = shell };
            if (!shell)
            {
                start.ArgumentList.Add(address.AbsoluteUri);
                start.RedirectStandardOutput = true;
                start.RedirectStandardError = true;
            }

            using Process? started = Process.Start(start);
            return true;
        }
        catch (Exception problem) when (problem is Win32Exception or InvalidOperationException or IOException)
        {
            return false; // the address is printed anyway
        }
    }
}
